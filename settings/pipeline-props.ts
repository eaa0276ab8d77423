import type { LogSource } from "../pipeline/log-source";
import type { RegionalProps } from "../pipeline/props";
import type { Settings } from "./schema";

/** The settings of the pipeline, without settings of the stack and without options that are not set. */
export function pipelinePropsOf({
  $schema,
  backend,
  provider,
  tags,
  sources,
  ...options
}: Settings): RegionalProps {
  return {
    ...defined(options),
    name: options.name,
    region: options.region,
    sources: sources.map(toLogSource),
  };
}

/** A source without options that are not set. */
export const toLogSource = ({
  name,
  format,
  prefix,
  ...options
}: Settings["sources"][number]): LogSource => ({
  name,
  format,
  prefix,
  ...defined(options),
});

const defined = <Options extends object>(options: Options) =>
  Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as {
    [Option in keyof Options]?: Exclude<Options[Option], undefined>;
  };
