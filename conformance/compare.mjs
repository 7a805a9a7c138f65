// Compares two transcripts: node compare.mjs FIRST SECOND. Parts that only the first one has are left out, if the
// environment says SCOPE=data. Prints what differs, the most frequent differences first, and ends with 1.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Most lines that are shown; of a header that is wrong everywhere, one is enough. */
const shown = 150;

const parts = (file) =>
  new Map(
    readFileSync(file, "utf8")
      .split(/^(?=# )/m)
      // The last one of a file is followed by nothing.
      .map((part) => [part.slice(0, part.indexOf("\n")), part.trimEnd()]),
  );
const [first, second] = process.argv.slice(2, 4).map(parts);

const differing = [...second].filter(([name, part]) => first.get(name) !== part);
const missing = process.env.SCOPE === "data" ? [] : [...first.keys()].filter((name) => !second.has(name));
if (differing.length === 0 && missing.length === 0) {
  process.exit(0);
}

const folder = mkdtempSync(join(tmpdir(), "conformance-"));
const lines = [];
const counts = new Map();
try {
  for (const [name, part] of differing) {
    const files = [first.get(name) ?? "", part].map((text, at) => {
      const file = join(folder, String(at));
      writeFileSync(file, text);
      return file;
    });
    const { stdout } = spawnSync("diff", ["--unified=4", ...files], { encoding: "utf8", maxBuffer: 1 << 28 });
    const told = stdout.split("\n").slice(2);
    lines.push(name, ...told, "");
    for (const line of told.filter((text) => /^[-+]/.test(text))) {
      counts.set(line, (counts.get(line) ?? 0) + 1);
    }
  }
} finally {
  rmSync(folder, { recursive: true });
}
const frequent = [...counts].filter(([, count]) => count > 3).sort(([, one], [, other]) => other - one);
for (const [line, count] of frequent.slice(0, 20)) {
  console.log(`${String(count).padStart(6)} times  ${line.slice(0, 200)}`);
}
console.log(lines.slice(0, shown).map((line) => line.slice(0, 500)).join("\n"));
if (lines.length > shown) {
  console.log(`… and ${lines.length - shown} lines more, of ${differing.length} scenarios:`);
  console.log(differing.map(([name]) => name).join("\n"));
}
for (const name of missing) {
  console.log(`missing: ${name}`);
}
process.exit(1);
