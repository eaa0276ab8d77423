// A statement of the engine takes seconds. A project's own `testTimeout` is not read by Jest 30.
jest.setTimeout(240_000);
