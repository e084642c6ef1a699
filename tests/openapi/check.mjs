// check.mjs — reads an OpenAPI document and asks two independent validators about it: one that holds the
// official JSON Schema against it, and one that walks it by its own description of the standard.
// Then makes sure that both would notice: each must refuse documents that are wrong on purpose.
// Usage: node check.mjs openapi.json
import { readFileSync } from "node:fs";
import { Validator } from "@seriousme/openapi-schema-validator";
import redocly from "@redocly/openapi-core";

const document = JSON.parse(readFileSync(process.argv[2], "utf8"));
let passed = 0;
let failed = 0;

function check(ok, name, details) {
  if (ok) passed += 1;
  else failed += 1;
  console.log(`${ok ? "ok" : "not ok"} ${name}`);
  if (!ok && details) console.log(details);
}

async function bySchema(doc) {
  const { valid, errors } = await new Validator({ strict: false }).validate(structuredClone(doc));
  return valid ? "" : JSON.stringify(errors, null, 1).slice(0, 2000);
}

const rules = await redocly.createConfig({
  rules: {
    struct: "error",
    "no-unresolved-refs": "error",
    "operation-operationId-unique": "error",
    "operation-parameters-unique": "error",
    "path-declaration-must-exist": "error",
    "path-not-include-query": "error",
    "no-identical-paths": "error",
    "path-parameters-defined": "error",
    "no-enum-type-mismatch": "error",
    "security-defined": "error",
  },
});

async function byWalk(doc) {
  const found = await redocly.lintFromString({ source: JSON.stringify(doc), config: rules });
  return found.map((one) => `${one.ruleId}: ${one.message} at ${one.location[0]?.pointer}`).join("\n");
}

/** The document with one thing changed for the worse. */
function broken(change) {
  const copy = structuredClone(document);
  change(copy);
  return copy;
}

const operations = Object.values(document.paths).flatMap((path) => Object.values(path));
check(document.openapi.startsWith("3.1."), "the document says that it is OpenAPI 3.1");
check(operations.length > 5, "it describes operations");
const first = await bySchema(document);
check(first === "", "it is valid by the official JSON Schema (@seriousme/openapi-schema-validator)", first);
const second = await byWalk(document);
check(second === "", "it is valid by the walker (@redocly/openapi-core)", second);

const path = Object.keys(document.paths)[0];
const noTitle = broken((doc) => delete doc.info.title);
const badType = broken((doc) => (Object.values(doc.paths[path])[0].responses = 7));
const noTarget = broken((doc) => delete doc.components.schemas.ProblemDetails);
check((await bySchema(noTitle)) !== "" && (await byWalk(noTitle)) !== "", "both notice a title that is missing");
check((await bySchema(badType)) !== "" && (await byWalk(badType)) !== "", "both notice responses that are no object");
check((await byWalk(noTarget)) !== "", "a reference that leads nowhere is noticed");

const ids = operations.map((one) => one.operationId);
check(new Set(ids).size === ids.length, "every operation has an id of its own");
console.log(`openapi: ${passed} passed, ${failed} failed`);
process.exitCode = failed ? 1 : 0;
