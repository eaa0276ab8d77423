import type { DeployedParts } from "../pipeline/deployed-parts";

/**
 * The pipeline of a settings file. The code that checks settings is large: only commands that read them load it.
 *
 * @throws SettingsError, see `loadSettings`
 */
export async function loadParts(settings: string | undefined): Promise<DeployedParts> {
  const { loadPipelineProps } = await import("../settings/load.js");
  const { deployedPartsOf } = await import("../pipeline/deployed-parts.js");
  return deployedPartsOf(loadPipelineProps(settings));
}
