// Judges KQL with Microsoft's parser and binder, which lies in the folder given as argument.
// One request a line on standard input, one answer a line on standard output:
//   {"schema": NAME, "tables": {TABLE: {COLUMN: TYPE}}}  makes a schema known
//   {"schema": NAME, "query": TEXT}  {"faults": [{"code", "message", "start", "length"}],
//                                     "results": [{COLUMN: TYPE}], one for each statement that gives a table}
//   {"tokens": TEXT}                 {"tokens": [TEXT]}
//   {"literal": TEXT}                {"value": TEXT}
"use strict";

const fs = require("fs");
const path = require("path");
const readline = require("readline");
const vm = require("vm");

const folder = path.join(process.argv[2], "node_modules", "@kusto", "language-service-next");
for (const script of ["bridge.min.js", "Kusto.Language.Bridge.min.js"]) {
  vm.runInThisContext(fs.readFileSync(path.join(folder, script), "utf8"), { filename: script });
}

const { GlobalState, KustoCode, KustoFacts, Parsing, Symbols, Syntax } = globalThis.Kusto.Language;
const scalar = {
  bool: Symbols.ScalarTypes.Bool,
  datetime: Symbols.ScalarTypes.DateTime,
  decimal: Symbols.ScalarTypes.Decimal,
  dynamic: Symbols.ScalarTypes.Dynamic,
  guid: Symbols.ScalarTypes.Guid,
  int: Symbols.ScalarTypes.Int,
  long: Symbols.ScalarTypes.Long,
  real: Symbols.ScalarTypes.Real,
  string: Symbols.ScalarTypes.String,
  timespan: Symbols.ScalarTypes.TimeSpan,
};
const schemas = new Map();

function listed(collection) {
  return Array.from({ length: collection.Count }, (_, index) => collection.getItem(index));
}

function column(name, type) {
  if (!scalar[type]) throw new Error(`column ${name} has the unknown type ${type}`);
  return new Symbols.ColumnSymbol(name, scalar[type], null, null, null, null);
}

function learn(name, tables) {
  const symbols = Object.entries(tables).map(
    ([table, columns]) =>
      new Symbols.TableSymbol.$ctor4(table, Object.entries(columns).map(([known, type]) => column(known, type))),
  );
  schemas.set(name, GlobalState.Default.WithDatabase(new Symbols.DatabaseSymbol.$ctor1("db", symbols)));
  return {};
}

function judge(schema, query) {
  const code = KustoCode.ParseAndAnalyze(query, schemas.get(schema));
  const faults = listed(code.GetDiagnostics()).map((found) => ({
    code: found.Code,
    message: found.Message,
    start: found.Start,
    length: found.Length,
  }));
  const statements = listed(code.Syntax.Statements).map((statement) => statement.Element$1 || statement.Element);
  const results = statements
    .filter((statement) => statement.Kind === Syntax.SyntaxKind.ExpressionStatement)
    .map((statement) => listed(statement.Expression.ResultType.Columns || { Count: 0 }))
    .map((columns) => Object.fromEntries(columns.map((known) => [known.Name, known.Type.Name])));
  return { faults, results };
}

function tokens(text) {
  const found = Array.from(Parsing.TokenParser.ParseTokens(text));
  return { tokens: found.map((token) => token.Text).filter((written) => written !== "") };
}

function answer(request) {
  if (request.tables) return learn(request.schema, request.tables);
  if (request.tokens !== undefined) return tokens(request.tokens);
  if (request.literal !== undefined) return { value: KustoFacts.GetStringLiteralValue(request.literal) };
  return judge(request.schema, request.query);
}

readline.createInterface({ input: process.stdin }).on("line", (line) => {
  let reply;
  try {
    reply = answer(JSON.parse(line));
  } catch (error) {
    reply = { error: String(error.message || error) };
  }
  process.stdout.write(JSON.stringify(reply) + "\n");
});
