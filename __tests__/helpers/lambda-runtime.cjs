// Stands where Lambda's runtime would: loads `handler` of the file that the first argument names, and hands it the
// events that its parent sends, with what a function asks of its context.
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
