import { Token } from "cdktf";
import { IDENTIFIER } from "../formats/render/sql-text";
import {
  isAsDelivered,
  isSilenceAllowed,
  MAX_SILENT_HOURS,
  silentAfterHoursOf,
} from "../pipeline/log-source";
import { databaseOf } from "../pipeline/names";
import {
  type AccessLogPipelineProps,
  deliveredPrefixesOf,
  ID_PREFIX,
  isMoving,
  PIPELINE_NAME,
} from "../pipeline/props";
import {
  DEPENDENT_OPTIONS,
  expectedOf,
  isIneffective,
  isTooLong,
  lengthExpected,
  NAME_LENGTHS,
} from "../pipeline/rules";
import { placeOfSources, problemsOfSources } from "../pipeline/source-problems";
import { validateProps } from "./validate-props";

/** @throws Error that names every option that is wrong */
export function validatePipeline(path: string, props: AccessLogPipelineProps): void {
  const { name, sources } = props;
  validateProps(path, [
    {
      option: "name",
      value: name,
      holds: PIPELINE_NAME.test(name),
      expected: 'must be a lower-case letter, then letters, digits or "-", at most 31 characters',
    },
    {
      option: "idPrefix",
      value: props.idPrefix,
      holds: props.idPrefix === undefined || ID_PREFIX.test(props.idPrefix),
      expected: 'must be a letter, then letters, digits, "_" or "-"',
    },
    {
      option: "database",
      value: databaseOf(props),
      holds: IDENTIFIER.test(databaseOf(props)),
      expected: 'must be lower-case letters, digits and "_"',
    },
    {
      option: "sources",
      value: sources,
      holds: sources.length > 0,
      expected: "must name at least one source",
    },
    {
      option: "sources",
      value: sources.map(silentAfterHoursOf),
      holds: sources
        .map(silentAfterHoursOf)
        .every((hours) => Token.isUnresolved(hours) || isSilenceAllowed(hours)),
      expected: `must have a whole number from 0 to ${MAX_SILENT_HOURS} as "silentAfterHours"`,
    },
    {
      option: "movesFiles",
      value: props.movesFiles,
      holds: isMoving(props) || sources.every(isAsDelivered),
      expected: 'must not be false if a source has the layout "hive"',
    },
    {
      option: "deliveredPrefixes",
      value: props.deliveredPrefixes,
      holds:
        Object.keys(deliveredPrefixesOf(props)).every((id) => sources.some(({ format }) => format === id)) &&
        sources.every((source) => !isAsDelivered(source) || source.format in deliveredPrefixesOf(props)),
      expected:
        'must have the formats of the sources with the layout "as-delivered", and none without sources',
    },
    ...DEPENDENT_OPTIONS.map((dependent) => ({
      option: dependent.option,
      value: props[dependent.option],
      holds: !isIneffective(props, dependent),
      expected: expectedOf(dependent),
    })),
    ...NAME_LENGTHS.map((length) => ({
      option: length.option,
      value: props[length.option],
      holds: !isTooLong(props, length),
      expected: lengthExpected(length),
    })),
    ...problemsOfSources(sources, placeOf(props)).map((problem) => ({
      option: "sources",
      value: sources.map(({ name: source }) => source),
      holds: false,
      expected: `are refused: ${problem}`,
    })),
  ]);
}

const placeOf = (props: AccessLogPipelineProps) => ({
  ...placeOfSources(props),
  region: props.region?.includes("${") ? undefined : props.region,
});
