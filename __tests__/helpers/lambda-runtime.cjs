// Replaces the runtime of Lambda: loads `handler` from the file in the first argument, and passes it the
// events that its parent sends, with the parts of the context that a function uses.
const { handler } = require(process.argv[2]);

process.on("message", async (event) => {
  const context = {
    functionName: process.env.AWS_LAMBDA_FUNCTION_NAME,
    awsRequestId: "c6af9ac6-7b61-11e6-9a41-93e8deadbeef",
    getRemainingTimeInMillis: () => 900_000,
  };
  try {
    process.send({ result: await handler(event, context) });
  } catch (error) {
    process.send({ error: String(error) });
  }
});
