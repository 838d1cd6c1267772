/** Prints every query that a client's queries file can make, as JSON. Run by index_rules.py: client_queries.mjs TYPESCRIPT FILE. */
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const [typescript, file] = process.argv.slice(2);
const ts = (await import(pathToFileURL(typescript))).default;
const { outputText } = ts.transpileModule(readFileSync(file, "utf8"), {
  compilerOptions: { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 },
});
const { queries } = await import(`data:text/javascript,${encodeURIComponent(outputText)}`);

// Stands for any argument: an owner, a name, a list of names. The shape of a query does not hang on the values.
const ANY = Object.assign(["x"], { user: "u", account: "a" });
const found = [];
for (const [name, make] of Object.entries(queries)) {
  // With each argument there and not, since an optional one may add a filter.
  for (let present = 0; present < 2 ** make.length; present++) {
    const values = Array.from({ length: make.length }, (_, at) => ((present >> at) & 1 ? ANY : undefined));
    try {
      found.push({ name, ...make(...values) });
    } catch (error) {
      if (present === 2 ** make.length - 1) throw error; // with all of them it must work
    }
  }
}
console.log(JSON.stringify(found));
