import { App } from "cdktf";
import { loadSettings, SettingsError } from "./settings/load";
import { AccessLogsStack } from "./stacks/access-logs-stack";

// CDKTF notes where each of thousands of tokens is made. Here that is a place in a bundle, and a tenth of the time.
const traces: { captureStackTrace: () => string[] } = require("cdktf/lib/tokens/private/stack-trace");
traces.captureStackTrace = () => [];

try {
  const app = new App();
  new AccessLogsStack(app, loadSettings());
  app.synth();
} catch (error) {
  if (!(error instanceof SettingsError)) throw error;
  console.error(error.message);
  process.exitCode = 2;
}
