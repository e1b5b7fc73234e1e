// What GitHub's own parser says of workflow texts and expressions: JSON on stdin, JSON on stdout.
import {readFileSync} from "node:fs";
import {register} from "node:module";

// The packages import JSON without saying that it is JSON, which node itself refuses.
const LOADER = `import {readFile} from "node:fs/promises";
export const load = async (url, context, next) => url.endsWith(".json")
  ? {format: "module", source: "export default " + await readFile(new URL(url), "utf8"), shortCircuit: true}
  : next(url, context);`;
register("data:text/javascript," + encodeURIComponent(LOADER));
const {Evaluator, Lexer, Parser} = await import("@actions/expressions");
const {reviver} = await import("@actions/expressions/data/reviver");
const {replacer} = await import("@actions/expressions/data/replacer");
const {truthy} = await import("@actions/expressions/result");
const {NoOperationTraceWriter, convertWorkflowTemplate, parseWorkflow} = await import("@actions/workflow-parser");
const {validate} = await import("@actions/languageservice");
const {DiagnosticSeverity} = await import("vscode-languageserver-types");
const {TextDocument} = await import("vscode-languageserver-textdocument");

const REMARK = "expression-literal-text-in-condition";

// The parser by itself, and what the language service says beyond it: a fault there hides what the parser found.
async function judge(text, number) {
  const name = `.github/workflows/${number}.yml`;
  const {context, value} = parseWorkflow({name, content: text}, new NoOperationTraceWriter());
  if (value) await convertWorkflowTemplate(context, value);
  const errors = context.errors.getErrors().map(one => `${one.range?.start.line ?? 1}: ${one.rawMessage}`);
  const document = TextDocument.create(`file:///${name}`, "yaml", 1, text);
  const found = (await validate(document)).filter(one => (one.severity ?? DiagnosticSeverity.Error) === DiagnosticSeverity.Error);
  const service = found.filter(one => one.code !== REMARK).map(one => `${one.range.start.line + 1}: ${one.message}`);
  return {errors: [...new Set([...errors, ...service])], remarks: found.length - service.length};
}

function evaluate({expression, context}) {
  const contexts = JSON.parse(JSON.stringify(context), reviver);
  const {tokens} = new Lexer(expression).lex();
  const tree = new Parser(tokens, Object.keys(context), []).parse();
  const value = new Evaluator(tree, contexts).evaluate();
  return {truth: truthy(value), text: value.coerceString(), json: JSON.stringify(value, replacer)};
}

const {texts, expressions} = JSON.parse(readFileSync(0, "utf8"));
const answers = {texts: [], expressions: []};
for (const [number, text] of texts.entries()) answers.texts.push(await judge(text, number));
for (const one of expressions) {
  try {
    answers.expressions.push(evaluate(one));
  } catch (error) {
    answers.expressions.push({error: error.message});
  }
}
process.stdout.write(JSON.stringify(answers));
