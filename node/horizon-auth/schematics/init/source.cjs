'use strict';
// Changes to TypeScript sources, without a parser: what is not understood beyond doubt is left as it is.
//
// Everything looks at a masked text, of the same length, in which comments and the inside of strings, templates and
// regular expressions are spaces. Positions in it are positions in the text.

/** The text with comments and the inside of literals blanked. `undefined` if one of them has no end. */
function mask(text) {
  const out = text.split('');
  // What `}` closes: a block, or a `${` that leads back into a template.
  const braces = [];
  let at = 0;
  let word = '';
  const blank = (from, to) => {
    for (let i = from; i < to; i++) if (out[i] !== '\n' && out[i] !== '\r') out[i] = ' ';
  };
  const literal = (pattern) => {
    pattern.lastIndex = at;
    const found = pattern.exec(text);
    return found ? at + found[0].length : -1;
  };
  const template = (from) => {
    const end = templatePart(text, from);
    if (end < 0) return false;
    blank(from, end - (text[end - 1] === '`' ? 1 : 2));
    if (text[end - 1] === '{') braces.push('template');
    at = end;
    word = '`';
    return true;
  };
  while (at < text.length) {
    const char = text[at];
    const two = text.slice(at, at + 2);
    if (two === '//' || two === '/*') {
      const end = literal(two === '//' ? /\/\/[^\r\n]*/y : /\/\*[\s\S]*?\*\//y);
      if (end < 0) return undefined;
      blank(at, end);
      at = end;
    } else if (char === '"' || char === "'") {
      const end = literal(char === '"' ? /"(?:[^"\\\r\n]|\\[\s\S])*"/y : /'(?:[^'\\\r\n]|\\[\s\S])*'/y);
      if (end < 0) return undefined;
      blank(at + 1, end - 1);
      at = end;
      word = char;
    } else if (char === '`') {
      if (!template(at + 1)) return undefined;
    } else if (char === '/' && startsRegularExpression(word)) {
      const end = literal(/\/(?:[^/\\[\r\n]|\\.|\[(?:[^\]\\\r\n]|\\.)*\])+\/\w*/y);
      if (end < 0) return undefined;
      blank(at + 1, end - 1);
      at = end;
      word = ')';
    } else if (char === '}' && braces.pop() === 'template') {
      if (!template(at + 1)) return undefined;
    } else {
      if (char === '{') braces.push('block');
      const token = /[\w$]+|\S/y;
      token.lastIndex = at;
      const found = token.exec(text);
      if (found) word = found[0];
      at += found ? found[0].length : 1;
    }
  }
  return out.join('');
}

/** Where a part of a template ends: behind its closing backtick, or behind the next `${`. */
function templatePart(text, from) {
  for (let i = from; i < text.length; i++) {
    if (text[i] === '\\') i++;
    else if (text[i] === '`') return i + 1;
    else if (text[i] === '$' && text[i + 1] === '{') return i + 2;
  }
  return -1;
}

/** Whether a `/` behind this token begins a regular expression; behind a value it divides. */
function startsRegularExpression(word) {
  return /^(?:|return|typeof|case|in|of|void|delete|throw|await|[^\w$)\]}"'`])$/.test(word);
}

/** The position of the bracket that closes the one at `open`, or -1. */
function closing(masked, open) {
  const pairs = { '(': ')', '[': ']', '{': '}' };
  const expected = [];
  for (let i = open; i < masked.length; i++) {
    const char = masked[i];
    if (pairs[char]) expected.push(pairs[char]);
    else if (char === ')' || char === ']' || char === '}') {
      if (expected.pop() !== char) return -1;
      if (expected.length === 0) return i;
    }
  }
  return -1;
}

/** The import declarations of a file: where they end, their text, and the module they name. */
function imports(text, masked) {
  const pattern = /^[ \t]*import\b(?!\s*[(.])[^'"()]*(['"])[^'"]*\1(?:\s*with\s*\{[^}]*\})?[ \t]*;?/gm;
  return [...masked.matchAll(pattern)].map((found) => {
    const end = found.index + found[0].length;
    const own = text.slice(found.index, end);
    return { end, text: own, clause: masked.slice(found.index, end), from: /(['"])([^'"]*)\1/.exec(own)?.[2] ?? '' };
  });
}

/** Where a name comes from, as the imports of the file say. */
function importedFrom(text, masked, name) {
  const binds = new RegExp(`[{,\\s]${escape(name)}\\s*(?=[},\\s])`);
  return imports(text, masked).find((one) => binds.test(one.clause.replace(/\bfrom\s*['"].*$/s, ' ')))?.from;
}

/** What relative imports of the file end with: `.js`, `.ts` or nothing; `undefined` if it has none. */
function relativeEnding(text, masked) {
  const relative = imports(text, masked).map((one) => one.from).filter((from) => /^\.\.?\//.test(from));
  return relative.length === 0 ? undefined : (/\.[jt]s$/.exec(relative[0])?.[0] ?? '');
}

/** The text with one more import behind those it has, written as they are; `undefined` if it has none. */
function withImport(text, masked, name, from) {
  const last = imports(text, masked).at(-1);
  if (!last) return undefined;
  const quote = /['"]/.exec(last.clause)[0];
  const semicolon = /;\s*$/.test(last.text) ? ';' : '';
  const at = endOfLine(text, masked, last.end);
  if (at < 0) return undefined;
  return splice(text, at, `${newline(text)}import { ${name} } from ${quote}${from}${quote}${semicolon}`);
}

/**
 * The text with `name` among the `imports` of the decorator `@Module` of the class.
 * `undefined` if that is not a list written in place.
 */
function withModule(text, masked, className, name) {
  const object = moduleObject(masked, className);
  if (!object) return undefined;
  const { open, end } = object;
  const property = propertyValue(masked, open, end, 'imports');
  if (property === undefined) return undefined;
  if (property.at === -1) {
    const isMultiline = /^[ \t]*\r?\n/.test(masked.slice(open + 1)) || /^[ \t]*\r?\n/.test(text.slice(open + 1));
    const isEmpty = masked.slice(open + 1, end).trim() === '';
    if (isMultiline && !isEmpty) {
      return splice(text, open + 1, `${newline(text)}${indentOfNext(text, open + 1)}imports: [${name}],`);
    }
    return splice(text, open + 1, ` imports: [${name}]${isEmpty ? (isMultiline ? '' : ' ') : ','}`);
  }
  if (masked[property.at] !== '[') return undefined;
  const close = closing(masked, property.at);
  if (close < 0 || !/^\s*[,}]/.test(masked.slice(close + 1))) return undefined;
  if (new RegExp(`[\\[,\\s]${escape(name)}\\s*[\\],]`).test(masked.slice(property.at, close + 1))) return text;
  const isEmpty = masked.slice(property.at + 1, close).trim() === '';
  // A comment behind the bracket, or in an empty list, stays where it is: in front of it is always right.
  const startsLine = /^[ \t]*\r?\n/.test(text.slice(property.at + 1));
  if (startsLine && !isEmpty) {
    return splice(text, property.at + 1, `${newline(text)}${indentOfNext(text, property.at + 1)}${name},`);
  }
  const isBlank = text.slice(property.at + 1, close).trim() === '';
  return splice(text, property.at + 1, isEmpty && isBlank ? name : `${name}, `);
}

/** Where the object literal of `@Module({…})` in front of `class NAME` begins and ends. */
function moduleObject(masked, className) {
  const declared = new RegExp(`\\bclass\\s+${escape(className)}\\b`).exec(masked);
  if (!declared) return undefined;
  const decorators = [...masked.slice(0, declared.index).matchAll(/@\s*Module\s*\(/g)];
  const last = decorators.at(-1);
  if (!last) return undefined;
  const open = last.index + last[0].length - 1;
  const close = closing(masked, open);
  if (close < 0 || close > declared.index) return undefined;
  // Another class in between would be the one that is decorated.
  if (/\bclass\b/.test(masked.slice(close, declared.index))) return undefined;
  const start = open + 1 + /^\s*/.exec(masked.slice(open + 1))[0].length;
  const end = masked[start] === '{' ? closing(masked, start) : -1;
  if (end < 0 || !/^\s*,?\s*$/.test(masked.slice(end + 1, close))) return undefined;
  return { open: start, end };
}

/** Where the value of a property begins; -1 if there is none, `undefined` if it cannot be told. */
function propertyValue(masked, open, end, name) {
  const ours = new RegExp(`^${name}(?![\\w$])\\s*(:?)\\s*`);
  let depth = 0;
  let isKey = true;
  for (let i = open + 1; i < end; i++) {
    const char = masked[i];
    if (depth === 0 && isKey && char.trim() !== '') {
      const rest = masked.slice(i, end);
      // A name in quotes is masked, a computed one and what is spread may be any: nobody can tell which.
      if (/^(?:["'[]|\.\.\.)/.test(rest)) return undefined;
      const found = ours.exec(rest);
      if (found) return found[1] ? { at: i + found[0].length } : undefined;
      isKey = false;
    }
    if ('([{'.includes(char)) depth++;
    else if (')]}'.includes(char)) depth--;
    else if (depth === 0 && char === ',') isKey = true;
  }
  return { at: -1 };
}

/** The text with `VARIABLE.CALL;` behind `const VARIABLE = await NestFactory.create(…)`; `undefined` without that. */
function withCallOnApplication(text, masked, call) {
  const pattern =
    /\b(?:const|let|var)\s+([\w$]+)\s*(?::[^=;]+)?=\s*await\s+NestFactory\s*\.\s*create\s*(?:<[^;()]*>\s*)?\(/g;
  const found = [...masked.matchAll(pattern)];
  if (found.length !== 1) return undefined;
  const [{ index, 0: matched, 1: variable }] = found;
  const close = closing(masked, index + matched.length - 1);
  if (close < 0) return undefined;
  const [{ length }, semicolon] = /^[ \t]*(;?)/.exec(masked.slice(close + 1));
  const at = endOfLine(text, masked, close + 1 + length);
  // The statement goes on in the next line, or does not begin its own.
  if (at < 0 || (!semicolon && /^\s*[.,?[(!+*/-]/.test(masked.slice(at)))) return undefined;
  const indent = /[^\n]*$/.exec(text.slice(0, index))[0];
  if (indent.trim() !== '') return undefined;
  return splice(text, at, `${newline(text)}${indent}${variable}.${call}${semicolon}`);
}

/** What `NestFactory.create` is given as the root module. */
function rootModule(masked) {
  const found = [...masked.matchAll(/\bNestFactory\s*\.\s*create\w*\s*(?:<[^;()]*>\s*)?\(\s*([A-Z][\w$]*)/g)];
  const names = new Set(found.map((one) => one[1]));
  return names.size === 1 ? [...names][0] : undefined;
}

/** The end of a line whose rest is at most a comment; -1 if there is more, or the comment goes on. */
function endOfLine(text, masked, from) {
  const [rest] = /^[^\r\n]*/.exec(text.slice(from));
  const isOpen = rest.lastIndexOf('/*') > rest.lastIndexOf('*/') && !/^\s*\/\//.test(rest);
  return isOpen || masked.slice(from, from + rest.length).trim() !== '' ? -1 : from + rest.length;
}

function indentOfNext(text, from) {
  return /^[ \t]*\r?\n(?:[ \t]*\r?\n)*([ \t]*)/.exec(text.slice(from))?.[1] ?? '  ';
}

function newline(text) {
  return text.includes('\r\n') ? '\r\n' : '\n';
}

function splice(text, at, added) {
  return text.slice(0, at) + added + text.slice(at);
}

function escape(name) {
  return name.replace(/[$\\^.*+?()[\]{}|]/g, '\\$&');
}

module.exports = { mask, importedFrom, relativeEnding, withImport, withModule, withCallOnApplication, rootModule };
