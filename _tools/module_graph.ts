/**
 * What the checks of this folder know about the package: which file refers to
 * which, and where a file touches the world outside it. Deno's own parser reads
 * the sources, so a string, a comment or an example in a doc comment never
 * counts as code. It is reached through `Deno.lint`, which exists only under
 * `deno test`: the checks are tests.
 *
 * Paths are relative to the root of the package and use `/`.
 *
 * @module
 */

/** One file that names another. */
export interface Reference {
  /** The specifier as written. */
  readonly specifier: string;
  /**
   * The file of this package that is meant, or `undefined` for a specifier
   * that leads out of it.
   */
  readonly target: string | undefined;
  /**
   * `import` for everything that the module loader or the type checker
   * follows; `url` for a file that is only located, as in
   * `new URL("./worker.ts", import.meta.url)`.
   */
  readonly kind: "import" | "url";
  /** Line of the reference, from 1. */
  readonly line: number;
}

/** A place where a file does what a pure file must not do. */
export interface Impurity {
  /** The offending word: `Deno`, `await`, `console`. */
  readonly what: string;
  /** Line of the word, from 1. */
  readonly line: number;
}

/** One source file. */
export interface Module {
  /** Path from the root of the package. */
  readonly path: string;
  /** Whether the file declares itself pure in a comment, `// @pure`. */
  readonly saysPure: boolean;
  /** The files and packages it names, in the order of the source. */
  readonly references: readonly Reference[];
  /** What would be wrong with it if it were pure. */
  readonly impurities: readonly Impurity[];
}

/** The fields of `deno.json` that decide what a specifier means. */
export interface PackageNames {
  /** The name, by which documentation and tests import the package. */
  readonly name: string;
  /** Entry points: `{ "./io": "./socketserver/io/mod.ts" }`. */
  readonly exports: Readonly<Record<string, string>>;
}

/**
 * Globals that wait, reach out of the program or lead to something that does.
 * Clock and random numbers are not among them: as the default of a parameter
 * they leave a function as testable as it was.
 */
const IMPURE_GLOBALS: ReadonlySet<string> = new Set([
  "AsyncDisposable",
  "AsyncGenerator",
  "AsyncIterable",
  "AsyncIterableIterator",
  "AsyncIterator",
  "BroadcastChannel",
  "Deno",
  "EventSource",
  "MessageChannel",
  "Promise",
  "PromiseLike",
  "ReadableStream",
  "TransformStream",
  "WebSocket",
  "Worker",
  "WritableStream",
  "XMLHttpRequest",
  "alert",
  "caches",
  "clearInterval",
  "clearTimeout",
  "confirm",
  "console",
  "fetch",
  "globalThis",
  "localStorage",
  "navigator",
  "process",
  "prompt",
  "queueMicrotask",
  "sessionStorage",
  "setImmediate",
  "setInterval",
  "setTimeout",
]);

/**
 * Reads one source file.
 *
 * @param path Where it stands, from the root of the package.
 * @param source Its text.
 * @param names What the package calls itself and its entry points.
 * @returns What the file refers to and touches.
 * @throws {SyntaxError} If the text is not TypeScript.
 */
export function parseModule(
  path: string,
  source: string,
  names: PackageNames,
): Module {
  const references: Reference[] = [];
  const impurities: Impurity[] = [];
  let saysPure = false;
  let visited = false;

  visitNodes(path, source, (node, context) => {
    visited = true;
    const line = () => source.slice(0, node.range[0]).split("\n").length;
    if (node.type === "Program") {
      saysPure = context.sourceCode.getAllComments().some((comment) =>
        comment.type === "Line" && /^ ?@pure\b/.test(comment.value)
      );
    }
    const specifier = importOf(node);
    if (specifier !== undefined) {
      const target = resolve(path, specifier, names);
      references.push({ specifier, target, kind: "import", line: line() });
    }
    const url = urlOf(node);
    if (url !== undefined) {
      const target = resolve(path, url, names);
      references.push({ specifier: url, target, kind: "url", line: line() });
    }
    const what = impurityOf(node);
    if (what !== undefined) impurities.push({ what, line: line() });
  });
  if (!visited) {
    throw new TypeError(`Cannot inspect "${path}": parser skips it`);
  }
  return { path, saysPure, references, impurities };
}

function visitNodes(
  path: string,
  source: string,
  visit: (node: Deno.lint.Node, context: Deno.lint.RuleContext) => void,
): void {
  const plugin: Deno.lint.Plugin = {
    name: "module-graph",
    rules: {
      visit: {
        create: (context) => ({
          "*": (node: Deno.lint.Node) => visit(node, context),
        }),
      },
    },
  };
  Deno.lint.runPlugin(plugin, path, source);
}

/** The specifier that `node` imports or re-exports, at run time or as a type. */
function importOf(node: Deno.lint.Node): string | undefined {
  switch (node.type) {
    case "ImportDeclaration":
    case "ExportAllDeclaration":
    case "ExportNamedDeclaration":
      return node.source?.value;
    case "ImportExpression":
      return literalText(node.source);
    case "TSImportType":
      return node.argument.type === "TSLiteralType"
        ? literalText(node.argument.literal)
        : undefined;
    case "TSExternalModuleReference":
      return literalText(node.expression);
    default:
      return undefined;
  }
}

/** The `x` of `new URL(x, import.meta.url)` and of `import.meta.resolve(x)`. */
function urlOf(node: Deno.lint.Node): string | undefined {
  if (node.type === "NewExpression") {
    const [url, base] = node.arguments;
    const isOwnUrl = base?.type === "MemberExpression" &&
      base.object.type === "MetaProperty";
    const text = isOwnUrl && url ? literalText(url) : undefined;
    // What an import would take for a package is a file here.
    return text && /^[^./:]+(\/|\.|$)/.test(text) ? `./${text}` : text;
  }
  if (node.type === "CallExpression") {
    const [url] = node.arguments;
    return node.callee.type === "MemberExpression" &&
        node.callee.object.type === "MetaProperty" && url
      ? literalText(url)
      : undefined;
  }
  return undefined;
}

function literalText(node: Deno.lint.Node): string | undefined {
  if (node.type === "Literal") {
    return typeof node.value === "string" ? node.value : undefined;
  }
  if (node.type === "TemplateLiteral" && node.expressions.length === 0) {
    return node.quasis[0]?.cooked;
  }
  return undefined;
}

function impurityOf(node: Deno.lint.Node): string | undefined {
  switch (node.type) {
    case "Identifier":
      return IMPURE_GLOBALS.has(node.name) && !isMemberName(node)
        ? node.name
        : undefined;
    case "ArrowFunctionExpression":
    case "FunctionDeclaration":
    case "FunctionExpression":
      return node.async ? "async" : undefined;
    case "AwaitExpression":
      return "await";
    case "ForOfStatement":
      return node.await ? "for await" : undefined;
    case "VariableDeclaration":
      return node.kind === "await using" ? "await using" : undefined;
    case "ImportExpression":
      return "import()";
    default:
      return undefined;
  }
}

/** Whether an identifier names a member of something and not a variable or type. */
function isMemberName(node: Deno.lint.Identifier): boolean {
  const { parent } = node;
  switch (parent.type) {
    case "MemberExpression":
      return parent.property === node && !parent.computed;
    case "TSQualifiedName":
      return parent.right === node;
    case "TSEnumMember":
    case "TSImportType":
    case "ImportSpecifier":
    case "ExportSpecifier":
      return true;
    default:
      return "key" in parent && parent.key === node &&
        !("computed" in parent && parent.computed);
  }
}

function resolve(
  from: string,
  specifier: string,
  { name, exports }: PackageNames,
): string | undefined {
  if (specifier === name || specifier.startsWith(`${name}/`)) {
    return exports[`.${specifier.slice(name.length)}`]?.replace(/^\.\//, "");
  }
  if (!/^\.{1,2}\//.test(specifier)) return undefined;
  const root = "file:///";
  const target = new URL(specifier, new URL(from, root)).href;
  return decodeURIComponent(target.slice(root.length));
}
