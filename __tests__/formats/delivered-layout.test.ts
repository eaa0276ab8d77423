import { FORMATS } from "../../formats";
import { parseHour } from "../../formats/hour";
import { fileNameOf } from "../../formats/object-kind";

const layouts = Object.values(FORMATS).flatMap(({ id, delivered, sampleKeys: [key] }) =>
  delivered.kind === "folders" && delivered.groups?.delimiter !== undefined
    ? [{ id, key, layout: delivered, groups: delivered.groups, delimiter: delivered.groups.delimiter }]
    : [],
);

it("all logs of load balancers can be read as delivered", () => {
  expect(layouts.map(({ id }) => id)).toEqual(["alb", "alb-connection", "alb-health-check", "elb", "nlb"]);
});

describe.each(layouts)("the layout of $id", ({ id, key, layout, groups, delimiter }) => {
  const folders = key.split("/").slice(0, layout.levels.length);
  const name = fileNameOf(key);

  it("has the folders of its sample key", () => {
    const hour = parseHour("2026-11-23T07");
    if (hour === undefined) throw new Error("no hour");
    expect(folders.map((folder, level) => layout.levels[level]?.test(folder))).toEqual(
      folders.map(() => true),
    );
    expect(key).toBe([...folders, layout.timeFolder(hour), name].join("/"));
  });

  it("has the group of its sample key, in which the names are ordered by time", () => {
    const start = groups.start(folders);
    expect(name.startsWith(start)).toBe(true);
    const group = name.slice(0, name.indexOf(delimiter, start.length) + delimiter.length);
    expect(name.slice(group.length)).toMatch(
      new RegExp(`^${groups.stampOf(new Date("2026-11-23T07:05:00Z"))}`),
    );
  });

  it("finds a time only in names of its format", () => {
    const stamps = layouts.map((other) => [
      other.id,
      new RegExp(layout.stamp.pattern).exec(`s3://logs/${other.key}`)?.[1],
    ]);
    expect(stamps).toEqual(layouts.map((other) => [other.id, other.id === id ? "20261123T0705" : undefined]));
  });
});
