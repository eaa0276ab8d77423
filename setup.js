// Registers toHaveResource and its siblings for the construct tests.
require("cdktf").Testing.setupJest();
