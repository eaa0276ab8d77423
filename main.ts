import { App } from "cdktf";
import { loadSettings, SettingsError } from "./settings/load";
import { AccessLogsStack } from "./stacks/access-logs-stack";
import { dropTokenTraces } from "./stacks/token-traces";

dropTokenTraces();

try {
  const app = new App();
  new AccessLogsStack(app, loadSettings());
  app.synth();
} catch (error) {
  if (!(error instanceof SettingsError)) throw error;
  console.error(error.message);
  process.exitCode = 2;
}
