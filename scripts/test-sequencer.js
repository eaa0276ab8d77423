const { readFileSync } = require("node:fs");
const { default: Sequencer } = require("@jest/test-sequencer");

const STARTS_PROGRAMS = /child_process|run-program|helpers\/deployment/;

/** Tests that start programs take longest: none of them should begin when all others are done. */
module.exports = class extends Sequencer {
  sort(tests) {
    const sorted = super.sort(tests);
    const isLong = new Map(
      sorted.map((test) => [test, STARTS_PROGRAMS.test(readFileSync(test.path, "utf8"))]),
    );
    return [...sorted.filter((test) => isLong.get(test)), ...sorted.filter((test) => !isLong.get(test))];
  }
};
