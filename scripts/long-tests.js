/** Names of the tests that build a checkout, kill programs or let days go by: too long to run after each change. */
module.exports.LONG_TESTS = ["kill", "reproducible", "year"];
