/**
 * Tells how long each module of a Node program took to load, for a start that is only looked into.
 *
 *     LKAGENT_PROBE_MODULES=FOLDER NODE_OPTIONS="--require probe_modules.cjs" node agent.js
 *
 * Writes FOLDER/PID.modules, a line for each finding, with tabs between the fields:
 *
 *     run   URL  ns    the module's own code ran; what ran in between is taken off
 *     load  URL  ns    it was searched, read and compiled
 *     link  -    ns    modules that had been read were bound to each other
 *     from  URL  URL   who asked for it first
 *     only  run        searching, reading and compiling is not told by this Node
 *
 * A CommonJS module is timed around its load. An ES module gets one call before its first statement
 * and one behind its last: what it imports has run by then.
 */
'use strict';

const fs = require('node:fs');
const Module = require('node:module');
const path = require('node:path');
const { pathToFileURL } = require('node:url');
const { isMainThread } = require('node:worker_threads');

const folder = process.env.LKAGENT_PROBE_MODULES;
const BEGIN = '__lkagentProbeBegin';
const END = '__lkagentProbeEnd';
const MODULES = new Set(['module', 'module-typescript']);

let file;
const asked = new Set();

function write(...fields) {
  file ??= fs.openSync(path.join(folder, `${process.pid}.modules`), 'a');
  fs.writeSync(file, `${fields.join('\t')}\n`);
}

function from(url, parent) {
  if (parent && url.startsWith('file:') && !asked.has(url)) {
    asked.add(url);
    write('from', url, parent);
  }
}

/** The same source with the calls around it. */
function timed(source, url) {
  const text = (typeof source === 'string' ? source : Buffer.from(source).toString('utf8')).replace(/^\uFEFF/, '');
  const at = text.startsWith('#!') ? text.indexOf('\n') + 1 || text.length : 0;
  const word = JSON.stringify(url);
  return `${text.slice(0, at)}${BEGIN}(${word});${text.slice(at)}\n;${END}(${word});`;
}

function changed(loaded, url) {
  if (url.startsWith('file:') && MODULES.has(loaded.format) && loaded.source != null) {
    return { ...loaded, source: timed(loaded.source, url) };
  }
  return loaded;
}

/** What is under way, the innermost last; each knows how much of its time was others'. */
class Stack {
  #open = [];
  #read = null;

  push(what, url) {
    const now = process.hrtime.bigint();
    const outer = this.#open.at(-1);
    const read = this.#read;
    this.#read = null;
    if (read !== null && read.outer === outer) {
      // Behind the reading of a module comes its compilation, and then the next one's turn; behind
      // the last one, before any of them runs, they are linked.
      write(...(what === 'run' ? ['link', '-'] : ['load', read.url]), now - read.end);
      this.#notOf(outer, read.end);
    }
    const frame = { what, url, others: 0n, start: process.hrtime.bigint() };
    this.#open.push(frame);
    return frame;
  }

  pop(frame, url = frame.url) {
    const all = process.hrtime.bigint() - frame.start;
    // Others may still be under way inside a module that waits.
    this.#open = this.#open.filter((other) => other !== frame);
    if (url.startsWith('file:')) {
      write(frame.what, url, all - frame.others);
    }
    this.#notOf(this.#open.at(-1), frame.start);
    this.#read = null;
  }

  /** A module's source is there: what follows is its compilation. */
  popRead(frame) {
    this.pop(frame);
    this.#read = { url: frame.url, end: process.hrtime.bigint(), outer: this.#open.at(-1) };
  }

  /** What was done since then was not this one's, nor was writing it down. */
  #notOf(outer, since) {
    if (outer !== undefined) {
      outer.others += process.hrtime.bigint() - since;
    }
  }

  end(url) {
    const frame = this.#open.findLast((each) => each.what === 'run' && each.url === url);
    if (frame !== undefined) {
      this.pop(frame);
    }
  }
}

/** The hooks in the program's own thread: Node 22.15 and later. */
function hooks(stack) {
  return {
    resolve(specifier, context, next) {
      const frame = stack.push('load', '');
      let url = '';
      try {
        const resolved = next(specifier, context);
        url = resolved.url;
        return resolved;
      } finally {
        stack.pop(frame, url);
        from(url, context.parentURL);
      }
    },
    load(url, context, next) {
      const frame = stack.push('load', url);
      try {
        return changed(next(url, context), url);
      } finally {
        stack.popRead(frame);
      }
    },
  };
}

function measure() {
  const stack = new Stack();
  for (const [name, value] of [
    [BEGIN, (url) => void stack.push('run', url)],
    [END, (url) => stack.end(url)],
  ]) {
    Object.defineProperty(globalThis, name, { value });
  }
  const load = Module.prototype.load;
  Module.prototype.load = function (filename) {
    const url = pathToFileURL(filename).href;
    const parent = this.parent?.filename;
    from(url, parent && pathToFileURL(parent).href);
    const frame = stack.push('run', url);
    try {
      return load.call(this, filename);
    } finally {
      stack.pop(frame);
    }
  };
  if (Module.registerHooks !== undefined) {
    Module.registerHooks(hooks(stack));
  } else if (Module.register !== undefined) {
    write('only', 'run');
    Module.register(pathToFileURL(__filename));
  }
}

/** The hooks in a thread of their own: older Nodes. */
exports.resolve = async function resolve(specifier, context, next) {
  const resolved = await next(specifier, context);
  from(resolved.url, context.parentURL);
  return resolved;
};

exports.load = async function load(url, context, next) {
  return changed(await next(url, context), url);
};

if (folder && isMainThread) {
  measure();
}
