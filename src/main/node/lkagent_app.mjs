/**
 * Runs an app of LiveKit's Node framework for an lkagent worker.
 *
 *     node lkagent_app.mjs host FILE    describes the app, answers job requests, serves inference
 *     node lkagent_app.mjs job FILE     is one job process
 *
 * Frames (one JSON object a line) come on descriptor 0 and go to descriptor 3; 1 and 2 are logs. The
 * job itself is run by the framework that the app has installed: its own job process code, which
 * expects a parent behind process.send and gets one in the same process.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { EventEmitter, once } from 'node:events';
import fs from 'node:fs';
import Module, { createRequire } from 'node:module';
import net from 'node:net';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import v8 from 'node:v8';

const PROTOCOL = 1;
const FROM_WORKER = 0;
const TO_WORKER = 3;
const PACKAGE = '@livekit/agents';
const OLDEST = [1, 8];
const NEWEST_TRIED = [1, 9];
const SUPPORTED = `${OLDEST.join('.')} to ${NEWEST_TRIED.join('.')}`;
const OLDEST_NODE = 20;
const NODE = Number(process.versions.node.split('.')[0]);
const RUN_APP = Symbol.for('lkagent.runApp');
/** How long an app may take, after its import, to call runApp. */
const GRACE_MS = 1000;
/** How long the agent stays in its room for the worker to hear how the job ended. */
const HOLD_MS = 2000;
/** How long there is for cleaning up when the worker is gone. */
const ORPHAN_MS = 2000;
/** Below the 15 s without a ping after which the framework's job process ends itself. */
const KEEP_ALIVE_MS = 4000;
const JOIN_MS = 10_000;
/** The framework's default for the hook at a session's end. */
const SESSION_END_MS = 300_000;
/** The participants for whom an agent is there: by the dev server's names, and by rtc-node's numbers. */
const HUMANS = ['STANDARD', 'SIP', 'CONNECTOR'];
const HUMAN_KINDS = [0, 3, 5];
/** How long the framework's monitor of the event loop waits once a job has begun. */
const MONITOR_AFTER_MS = 2000;
/** How often it looks, at most: at its own 20 ms it takes a good part of what an agent costs that only listens. */
const MONITOR_TICK_MS = 50;
/** Its limit; with 0 the framework starts none. */
const MONITOR_LIMIT = 'LIVEKIT_AGENTS_LOOP_BLOCK_WARN_MS';
const FIRST_BACK_OFF_MS = 1000;
const LONGEST_BACK_OFF_MS = 30_000;

const startedAt = process.hrtime.bigint();
let saidHelloAt = startedAt;
const exit = process.exit.bind(process);

/** Why an app cannot be run: a kind for the worker, a line for the user. */
class AppFault extends Error {
  constructor(kind, message, detail = '') {
    super(message);
    this.kind = kind;
    this.detail = detail;
  }
}

/** Nanoseconds since this process said hello. */
function nanos() {
  return Number(process.hrtime.bigint() - saidHelloAt);
}

/** An error in one line, as the worker's log shows it. */
function oneLine(error) {
  const text = error instanceof Error ? `${error.name}: ${error.message}` : `thrown: ${String(error)}`;
  return text.replace(/\s*[\r\n]+\s*/g, ' ').trim();
}

/** An error's stack without Node's and this file's frames. */
function shortStack(error) {
  const own = fileURLToPath(import.meta.url);
  return String(error?.stack ?? error)
    .split('\n')
    .filter((line) => !/\bnode:|^\s+at (async )?(Promise\.all|new Promise)/.test(line) && !line.includes(own))
    .slice(0, 20)
    .join('\n');
}

function sayError(error) {
  process.stderr.write(`${shortStack(error)}\n`);
}

/** JSON objects, one a line, out of a stream of bytes. */
class Lines {
  #rest = '';
  #take;

  constructor(stream, take) {
    this.#take = take;
    stream.setEncoding('utf8');
    stream.on('data', (chunk) => this.#feed(chunk));
  }

  #feed(chunk) {
    // A long line comes in many pieces: only the new one is searched.
    const from = this.#rest.length;
    this.#rest += chunk;
    let start = 0;
    for (let end = this.#rest.indexOf('\n', from); end >= 0; end = this.#rest.indexOf('\n', start)) {
      this.#line(this.#rest.slice(start, end));
      start = end + 1;
    }
    this.#rest = this.#rest.slice(start);
  }

  #line(line) {
    const frame = parse(line);
    if (frame === null || typeof frame !== 'object') {
      process.stderr.write('a frame that is no JSON object was skipped\n');
      return;
    }
    this.#take(frame);
  }
}

function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** The worker at the other end of the pipes. */
class Worker {
  #early = [];
  #take = (frame) => this.#early.push(frame);

  /** @param {() => void} gone called once, when the worker has closed its end */
  constructor(gone) {
    const input = new net.Socket({ fd: FROM_WORKER, readable: true, writable: false });
    new Lines(input, (frame) => this.#take(frame));
    input.on('error', () => {});
    input.on('close', gone);
  }

  /** Gives all frames to {@code take}, those that have come already first. */
  listen(take) {
    this.#take = take;
    this.#early.splice(0).forEach(take);
  }

  tell(frame) {
    let rest = Buffer.from(`${JSON.stringify(frame)}\n`);
    while (rest.length > 0) {
      rest = rest.subarray(this.#write(rest));
    }
  }

  #write(bytes) {
    try {
      return fs.writeSync(TO_WORKER, bytes);
    } catch (error) {
      if (error.code === 'EAGAIN') {
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
        return 0;
      }
      // A reader that is gone is told by the end of descriptor 0.
      return bytes.length;
    }
  }

  hello(runtime) {
    saidHelloAt = process.hrtime.bigint();
    const up_ns = Number(saidHelloAt - startedAt);
    this.tell({ type: 'hello', protocol: PROTOCOL, pid: process.pid, runtime, up_ns });
  }

  /** Runs a step of the start and tells how long it took, also when it fails. */
  async phase(name, step) {
    const phase = { type: 'phase', name, start_ns: nanos() };
    try {
      return await step();
    } catch (error) {
      phase.error = oneLine(error);
      throw error;
    } finally {
      this.tell({ ...phase, end_ns: nanos() });
    }
  }
}

/** The framework that the app has installed, found as the app would find it. */
class Framework {
  #require;

  /** @param {string} index its entry for require; import's lies beside it */
  constructor(index, version) {
    this.dist = path.dirname(index);
    this.version = version;
    this.#require = createRequire(index);
  }

  static find(file) {
    let index;
    try {
      index = createRequire(file).resolve(PACKAGE);
    } catch {
      throw new AppFault(
        'framework-missing',
        `${PACKAGE} is not installed where ${file} would find it; run: npm install ${PACKAGE}`,
      );
    }
    const about = JSON.parse(fs.readFileSync(path.join(path.dirname(index), '..', 'package.json'), 'utf8'));
    return new Framework(index, about.version);
  }

  get #minor() {
    return this.version.split('.').slice(0, 2).map(Number);
  }

  get tried() {
    return compare(this.#minor, NEWEST_TRIED) <= 0;
  }

  checkVersion() {
    if (compare(this.#minor, OLDEST) < 0) {
      throw new AppFault(
        'framework-old',
        `${PACKAGE} ${this.version} is too old; supported: ${SUPPORTED}; run: npm install ${PACKAGE}@${NEWEST_TRIED.join('.')}`,
      );
    }
  }

  /** One of its files, by its name without the ending. */
  url(name, flavour) {
    return pathToFileURL(this.path(name, flavour)).href;
  }

  path(name, flavour) {
    return path.join(this.dist, `${name}.${flavour === 'cjs' ? 'cjs' : 'js'}`);
  }

  async load(name, flavour) {
    const module = await import(this.url(name, flavour));
    return flavour === 'cjs' ? module.default : module;
  }

  /** The last of these packages, each in the copy that the one before it uses. */
  required(...names) {
    const last = names.pop();
    return names.reduce((from, name) => createRequire(from.resolve(name)), this.#require)(last);
  }

  /** A package that the framework depends on, in the copy that the framework uses. */
  async dependency(name, flavour) {
    const required = this.#require.resolve(name);
    const entry = flavour === 'cjs' ? required : (importEntry(required) ?? required);
    const module = await import(pathToFileURL(entry).href);
    return module.default ?? module;
  }
}

function compare(left, right) {
  return left[0] - right[0] || left[1] - right[1];
}

/** What import finds where require finds {@code required}: the exports of its package.json say. */
function importEntry(required) {
  for (let folder = path.dirname(required); folder !== path.dirname(folder); folder = path.dirname(folder)) {
    const about = packageJson(folder);
    if (about?.name !== undefined) {
      let entry = about.exports?.['.'];
      while (entry !== undefined && typeof entry === 'object') {
        entry = entry.import ?? entry.default;
      }
      return entry && path.join(folder, entry);
    }
  }
  return undefined;
}

function packageJson(folder) {
  try {
    return parse(fs.readFileSync(path.join(folder, 'package.json'), 'utf8'));
  } catch {
    return null;
  }
}

/** Whether Node takes a file for CommonJS or for a module. */
function flavourOf(file) {
  const ending = path.extname(file);
  if (ending !== '.js' && ending !== '.ts') {
    return ending.startsWith('.c') ? 'cjs' : 'esm';
  }
  for (let folder = path.dirname(file); ; folder = path.dirname(folder)) {
    const about = packageJson(folder);
    if (about !== null || folder === path.dirname(folder)) {
      return about?.type === 'module' ? 'esm' : guessFlavour(file, about);
    }
  }
}

/** Without a type in package.json, newer versions of Node look at the syntax. */
function guessFlavour(file, about) {
  return about?.type === undefined && /^\s*(import|export)\s/m.test(fs.readFileSync(file, 'utf8')) ? 'esm' : 'cjs';
}

/** The folder that the worker has given to the processes of one app, and what lies there. */
const appFolder = {
  folder: process.env.LKAGENT_APP_DIR,

  get socket() {
    return path.join(this.folder, 'inference.sock');
  },

  /** Leaves for the job processes what only the host knows. */
  write(settings) {
    if (this.folder) {
      const file = path.join(this.folder, 'node-app.json');
      fs.writeFileSync(`${file}.new`, JSON.stringify(settings), { mode: 0o600 });
      fs.renameSync(`${file}.new`, file);
    }
  },

  read() {
    try {
      return JSON.parse(fs.readFileSync(path.join(this.folder, 'node-app.json'), 'utf8'));
    } catch {
      return {};
    }
  },

  /** Lets the host compile what the job processes then only read; Node 22 and newer. */
  shareCompiled() {
    if (this.folder && !process.env.NODE_COMPILE_CACHE) {
      Module.enableCompileCache?.(path.join(this.folder, 'compiled'));
    }
  },
};

/**
 * Makes importing cheaper: 1600 modules, most of whose code runs once. Nothing of it is left once the app waits.
 *
 * The optimizing compiler rests, and the young generation of the heap does not grow. Node's compile cache holds good for
 * the flags that something was compiled with, so the host has the same as its job processes.
 */
const thrift = {
  flags: { begin: ['--no-opt', '--semi-space-growth-factor=1'], end: ['--opt', '--semi-space-growth-factor=2'] },
  /** The versions of Node for which this was measured, unless the user has an opinion about V8. */
  tried: [20, 22, 24].includes(NODE) && !/-(opt|turbofan|jitless|lite-mode|semi-space-growth)/.test(ownFlags()),
  importing: false,

  begin() {
    this.importing = true;
    if (this.tried) {
      this.flags.begin.forEach(v8.setFlagsFromString);
    }
    if (NODE < 22) {
      this.readAtOnce();
    }
  },

  end() {
    this.importing = false;
    if (this.tried) {
      this.flags.end.forEach(v8.setFlagsFromString);
    }
  },

  /** Node 20's import reads each module by four tasks in its thread pool, newer ones in one go. */
  readAtOnce() {
    const { readFile } = fs.promises;
    fs.promises.readFile = async (file, ...how) =>
      this.importing && file instanceof URL && how.length === 0 ? fs.readFileSync(file) : readFile(file, ...how);
  },
};

function ownFlags() {
  return [...process.execArgv, process.env.NODE_OPTIONS ?? ''].join(' ').replaceAll('_', '-');
}

/** The framework's log as the worker reads it. */
const logs = {
  names: { 10: 'trace', 20: 'debug', 30: 'info', 40: 'warn', 50: 'error', 60: 'fatal' },

  /** The framework's options for its logger. */
  options(level) {
    const wanted = (process.env.LKAGENT_LOG_LEVEL || level || 'info').toLowerCase();
    const known = Object.values(this.names).includes(wanted);
    return { pretty: false, level: known ? wanted : wanted === 'warning' ? 'warn' : 'info' };
  },

  /** Its lines come on stdout among what the app prints; they leave on stderr. */
  redirect() {
    const print = process.stdout.write.bind(process.stdout);
    process.stdout.write = (chunk, ...more) => {
      const line = typeof chunk === 'string' ? this.line(chunk) : null;
      return line === null ? print(chunk, ...more) : process.stderr.write(line, ...more);
    };
  },

  line(text) {
    const record = text.startsWith('{"level":') ? parse(text) : null;
    if (record === null || !(record.level in this.names)) {
      return null;
    }
    const { level, time, pid: _pid, hostname: _hostname, msg, error, err, ...extras } = record;
    const exception = (error ?? err)?.stack;
    return `${JSON.stringify({
      level: this.names[level],
      message: msg ?? '',
      logger: 'livekit.agents',
      time: new Date(time).toISOString(),
      ...extras,
      ...(exception ? { exc_info: exception } : error !== undefined && { error }),
    })}\n`;
  },
};

/** The worker alone decides when a call ends; Node would die of these signals, though it was started without them. */
function ignoreSignals() {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, () => {});
  }
}

/** The default export of an app, in the two shapes that the framework knows. */
function agentOf(module, isAgent) {
  return [module?.default, module?.default?.default].find((candidate) => isAgent(candidate));
}

// ---------------------------------------------------------------------------------------- the host

/** What the app gave to cli.runApp, caught before the framework could act on it. */
class Capture {
  #caught = new EventEmitter();
  options = null;
  flavour = null;
  fault = null;

  constructor(framework) {
    globalThis[RUN_APP] = (options, flavour) => this.#take(options, flavour);
    catchImports(framework.url('cli', 'esm'));
    catchRequires(framework.path('cli', 'cjs'));
  }

  #take(options, flavour) {
    if (this.options !== null) {
      this.fail(new AppFault('two-workers', 'the app calls cli.runApp twice; keep one worker in a file'));
    }
    this.options ??= options;
    this.flavour ??= flavour;
    this.#caught.emit('caught');
  }

  fail(fault) {
    this.fault ??= fault;
    this.#caught.emit('caught');
  }

  /** Something that ends the app's import other than its end. */
  async failure() {
    while (this.fault === null) {
      await once(this.#caught, 'caught');
    }
  }

  async caught() {
    if (this.options === null && this.fault === null) {
      await once(this.#caught, 'caught');
    }
  }
}

/** Puts a runApp of ours into the framework's module, for apps that import it. */
function catchImports(url) {
  const original = `${url}?original`;
  const source = `export * from ${JSON.stringify(original)};
export const runApp = (options) => globalThis[Symbol.for('lkagent.runApp')](options, 'esm');`;
  if (Module.registerHooks) {
    Module.registerHooks({
      load: (wanted, context, next) =>
        wanted === url ? { format: 'module', shortCircuit: true, source } : next(wanted, context),
    });
    return;
  }
  const hook = `export const load = (wanted, context, next) =>
  wanted === ${JSON.stringify(url)}
    ? { format: 'module', shortCircuit: true, source: ${JSON.stringify(source)} }
    : next(wanted, context);`;
  Module.register(`data:text/javascript,${encodeURIComponent(hook)}`);
}

/** The same for apps that require it. */
function catchRequires(file) {
  const module = new Module(file);
  module.filename = file;
  module.loaded = true;
  module.exports = { runApp: (options) => globalThis[RUN_APP](options, 'cjs') };
  Module._cache[file] = module;
}

/** The user's file, imported once as Node's main module. */
class App {
  #framework;
  #file;

  constructor(framework, file) {
    this.#framework = framework;
    this.#file = file;
    this.capture = new Capture(framework);
  }

  /** The framework first, so that the time it takes is not taken for the app's. */
  async loadFramework() {
    const flavour = flavourOf(this.#file);
    const { AgentServer } = await this.#framework.load('index', flavour);
    AgentServer.prototype.run = () => this.capture.fail(ownServer());
  }

  async load() {
    process.argv = [process.argv[0], this.#file, 'start'];
    process.exit = (code) => {
      this.capture.fail(new AppFault('exit', `the app called process.exit(${code ?? ''}) while it was imported`, shortStack(new Error())));
      throw this.capture.fault;
    };
    const unexpected = (error) => this.capture.fail(importFault(error));
    process.on('uncaughtException', unexpected);
    try {
      await Promise.race([this.#import(), this.capture.failure()]);
      if (this.capture.fault !== null) {
        throw this.capture.fault;
      }
    } finally {
      process.exit = exit;
      process.off('uncaughtException', unexpected);
      process.on('uncaughtException', sayError);
    }
  }

  async #import() {
    try {
      Module.runMain();
      // The main module is in the cache: this waits for it and runs nothing twice.
      const imported = import(pathToFileURL(this.#file).href);
      const late = this.capture.caught().then(() => sleep(GRACE_MS));
      this.module = await Promise.race([imported, late]);
      await Promise.race([this.capture.caught(), sleep(GRACE_MS)]);
    } catch (error) {
      this.capture.fail(importFault(error));
    }
  }

  /** The options, with which the framework would have started its own worker. */
  get options() {
    if (this.capture.options === null) {
      throw new AppFault('no-worker', `${this.#file} has no worker: it must call cli.runApp(new ServerOptions({ agent: … }))`);
    }
    return this.capture.options;
  }

  /** Its agent, where that is in the same file. */
  agent(agentFile, isAgent) {
    if (agentFile !== this.#file || !this.module) {
      return null;
    }
    const agent = agentOf(this.module, isAgent);
    if (agent === undefined) {
      throw new AppFault('no-worker', `${this.#file} has no agent: it must say export default defineAgent({ entry: … })`);
    }
    return agent;
  }
}

function ownServer() {
  return new AppFault(
    'unsupported',
    'the app starts its own worker with AgentServer; let it call cli.runApp(new ServerOptions({ … })) instead',
  );
}

function importFault(error) {
  if (error instanceof AppFault) {
    return error;
  }
  if (error?.stack?.includes('new AgentServer')) {
    return ownServer();
  }
  return new AppFault('import', `the app cannot be imported: ${oneLine(error)}`, shortStack(error));
}

const seconds = (name) => (options) => options[name] / 1000;

/** The worker's names for the framework's options. */
const OPTIONS = {
  agent_name: (options) => options.agentName,
  num_idle_processes: (options) => options.numIdleProcesses,
  initialize_process_timeout: seconds('initializeProcessTimeout'),
  shutdown_process_timeout: seconds('shutdownProcessTimeout'),
  session_end_timeout: seconds('sessionEndTimeout'),
  drain_timeout: seconds('drainTimeout'),
  job_memory_warn_mb: (options) => options.jobMemoryWarnMB,
  job_memory_limit_mb: (options) => options.jobMemoryLimitMB,
  load_threshold: (options) => (Number.isFinite(options.loadThreshold) ? options.loadThreshold : null),
  max_retry: (options) => options.maxRetry,
  host: (options) => options.host,
  port: (options) => options.port,
  ws_url: (options) => options.wsURL,
  log_level: (options) => process.env.LOG_LEVEL ?? options.logLevel,
  permissions: ({ permissions: may }) => ({
    can_publish: may.canPublish,
    can_subscribe: may.canSubscribe,
    can_publish_data: may.canPublishData,
    can_update_metadata: may.canUpdateMetadata,
    hidden: may.hidden,
  }),
};

/** What the app asks for, beside what the framework would do unasked. */
class Description {
  constructor(given, index) {
    const { ServerOptions } = index;
    this.index = index;
    this.wanted = new ServerOptions({ ...given, production: true });
    this.usual = new ServerOptions({ ...new ServerOptions({ agent: given.agent }), production: true });
    this.usual.agentName = '';
    this.agent = path.resolve(given.agent);
    // Of an agent in a file of its own it is not known; then its hook may have the time.
    this.endsSessions = true;
  }

  get requestFunc() {
    return this.wanted.requestFunc === this.usual.requestFunc ? null : this.wanted.requestFunc;
  }

  get options() {
    const options = {};
    for (const [name, of] of Object.entries(OPTIONS)) {
      const value = of(this.wanted);
      options[name] = { value, set: JSON.stringify(value) !== JSON.stringify(of(this.usual)) };
    }
    for (const [name, option] of [['api_key', 'apiKey'], ['api_secret', 'apiSecret']]) {
      if (this.wanted[option] !== undefined) {
        options[name] = { set: true };
      }
    }
    options.log_level.set ||= process.env.LOG_LEVEL !== undefined;
    if (!this.endsSessions) {
      delete options.session_end_timeout;
    }
    return options;
  }

  get refused() {
    const { wanted, usual } = this;
    return [
      [wanted.loadFunc !== usual.loadFunc, 'load_fnc', 'lkagent measures the load itself; limit the jobs with --max-jobs'],
      [wanted.serverType !== usual.serverType, 'server_type', 'lkagent serves jobs of rooms only'],
      [wanted.workerToken !== undefined, 'worker_token', 'lkagent does not register with LiveKit Cloud’s own hosting'],
      [wanted.simulation, 'simulation', 'simulations need the framework’s own worker'],
    ]
      .filter(([given]) => given)
      .map(([, option, why]) => ({ option, why }));
  }

  get plugins() {
    return this.index.Plugin.registeredPlugins.map((plugin) => `${plugin.title} ${plugin.version}`);
  }
}

/** The app's requestFunc, asked about jobs as the framework's worker asks it. */
class Requests {
  #worker;
  #description;
  #Job;

  constructor(worker, description, Job) {
    this.#worker = worker;
    this.#description = description;
    this.#Job = Job;
  }

  async decide({ id, job }) {
    let open = true;
    const answer = (how) => {
      if (open) {
        open = false;
        this.#worker.tell({ type: 'answer', id, ...how });
      }
    };
    const no = (error) => answer({ accept: false, terminate: false, ...(error && { error }) });
    try {
      const asked = this.#Job.fromBinary(Buffer.from(job, 'base64'));
      const yes = async (as) => answer(this.#acceptance(as));
      await this.#description.requestFunc(new this.#description.index.JobRequest(asked, async () => no(), yes));
      no('requestFunc returned without accept() or reject()');
    } catch (error) {
      no(`requestFunc: ${oneLine(error)}`);
    }
  }

  /** The framework marks its participants with the agent's name. */
  #acceptance({ identity, name = '', metadata = '', attributes = {} }) {
    const agent = this.#description.wanted.agentName;
    return { accept: true, identity, name, metadata, attributes: { ...attributes, 'lk.agent.name': agent } };
  }
}

/** The framework's inference process (turn detector), shared by all job processes. */
class Inference {
  #Executor;
  #executor = null;
  #starting = null;
  #backOffMs = 0;
  #notBefore = 0;

  constructor(Executor) {
    this.#Executor = Executor;
    // The framework's own process would live on for 15 s after the death of this one.
    process.execArgv.push('--import', 'data:text/javascript,process.on("disconnect",()=>process.exit())');
  }

  /** Serves the job processes on a socket. */
  listen(socket) {
    fs.rmSync(socket, { force: true });
    const server = net.createServer((job) => {
      job.on('error', () => {});
      new Lines(job, async (request) => job.write(`${JSON.stringify(await this.#answer(request))}\n`));
    });
    server.on('error', sayError);
    server.listen(socket);
  }

  async #answer({ method, requestId, data }) {
    try {
      await this.start();
      return { requestId, data: await this.#executor.doInference(method, data) };
    } catch (error) {
      return { requestId, error: { message: oneLine(error) } };
    }
  }

  /** Starts the process unless it lives; one that dies often is left alone for longer and longer. */
  start() {
    if (!this.#starting && !this.#executor?.isAlive) {
      this.#starting = this.#begin().finally(() => (this.#starting = null));
    }
    return this.#starting;
  }

  async #begin() {
    if (Date.now() < this.#notBefore) {
      throw new Error('the inference process died; it is started again soon');
    }
    this.#backOffMs = Math.min(Math.max(this.#backOffMs * 2, FIRST_BACK_OFF_MS), LONGEST_BACK_OFF_MS);
    this.#notBefore = Date.now() + this.#backOffMs;
    this.#executor = this.#Executor.createIfNeeded();
    await this.#executor.start();
    await this.#executor.initialize();
  }

  kill() {
    this.#executor?.proc?.kill('SIGKILL');
  }
}

/** The one process of a worker that has imported the app beside the job processes. */
class Host {
  #file;
  #worker = new Worker(() => this.#quit());
  #inference = null;
  #requests = null;

  constructor(file) {
    this.#file = file;
  }

  async run() {
    this.#worker.hello(`node ${process.version}`);
    this.#worker.listen((frame) => this.#take(frame));
    try {
      await this.#describe();
    } catch (error) {
      const { kind, message, detail } = importFault(error);
      this.#worker.tell({ type: 'failed', kind, error: message, detail });
      exit(1);
    }
  }

  async #describe() {
    checkNode();
    checkFile(this.#file);
    const framework = Framework.find(this.#file);
    framework.checkVersion();
    const app = new App(framework, this.#file);
    await this.#worker.phase('framework', () => app.loadFramework());
    await this.#worker.phase('app', () => app.load());
    const { flavour } = app.capture;
    const index = await framework.load('index', flavour);
    const description = new Description(app.options, index);
    const agent = app.agent(description.agent, index.isAgent);
    description.endsSessions = agent === null || agent.onSessionEnd !== undefined;
    const { level } = logs.options(OPTIONS.log_level(description.wanted));
    index.initializeLogger(logs.options(level));
    const { Job } = await framework.dependency('@livekit/protocol', flavour);
    this.#requests = description.requestFunc && new Requests(this.#worker, description, Job);
    const { sessionEndTimeout } = description.wanted;
    appFolder.write({ file: this.#file, agent: description.agent, flavour, level, sessionEndTimeout });
    await this.#worker.phase('inference', () => this.#serveInference(framework, flavour, index));
    Module.flushCompileCache?.();
    thrift.end();
    this.#tellApp(framework, description);
  }

  #tellApp(framework, description) {
    this.#worker.tell({
      type: 'app',
      framework: PACKAGE,
      version: framework.version,
      tried: framework.tried,
      mode: 'spawn',
      why: 'Node cannot fork',
      agent_name: description.wanted.agentName,
      requests: this.#requests !== null,
      inference: this.#inference !== null,
      options: description.options,
      refused: description.refused,
      plugins: description.plugins,
    });
  }

  /** A plugin's runner is started now; the framework's own, which every app has, when it is asked for. */
  async #serveInference(framework, flavour, index) {
    const runners = index.InferenceRunner.registeredRunners;
    const ofPlugins = Object.keys(runners).length > 0;
    registerOwnRunner(index);
    if (!appFolder.folder || Object.keys(runners).length === 0) {
      return;
    }
    const { InferenceProcExecutor } = await framework.load('ipc/inference_proc_executor', flavour);
    this.#inference = new Inference(InferenceProcExecutor);
    this.#inference.listen(appFolder.socket);
    if (ofPlugins) {
      await this.#inference.start();
    }
  }

  #take(frame) {
    switch (frame.type) {
      case 'request':
        this.#requests?.decide(frame);
        break;
      case 'ping':
        this.#worker.tell({ type: 'pong', t: frame.t });
        break;
      case 'quit':
        this.#quit();
        break;
    }
  }

  #quit() {
    this.#inference?.kill();
    exit(0);
  }
}

/** The framework registers its turn detector when a server is made; this one is never started. */
function registerOwnRunner({ AgentServer, ServerOptions }) {
  try {
    new AgentServer(new ServerOptions({ agent: '-', wsURL: 'ws://localhost', apiKey: '-', apiSecret: '-' }));
  } catch (error) {
    process.stderr.write(`the framework's own turn detector is not available: ${oneLine(error)}\n`);
  }
}

function checkNode() {
  if (NODE < OLDEST_NODE) {
    throw new AppFault('unsupported', `Node ${process.version} is too old: Node ${OLDEST_NODE} or newer is needed`);
  }
}

function checkFile(file) {
  if (!fs.existsSync(file)) {
    throw new AppFault('import', `there is no file ${file}`);
  }
}

// ----------------------------------------------------------------------------------- a job process

/** A wait that somebody else ends. */
class Gate {
  constructor() {
    this.opened = new Promise((open) => (this.open = open));
  }
}

/** The way to the inference process that the host keeps. */
class InferenceLink {
  #socket = null;
  #waiting = new Set();
  #respond;

  /** @param {(response: object) => void} respond takes each answer, in the framework's shape */
  constructor(respond) {
    this.#respond = respond;
  }

  request(request) {
    if (!appFolder.folder) {
      this.#refuse(request.requestId);
      return;
    }
    this.#waiting.add(request.requestId);
    this.#socket ??= this.#connect();
    this.#socket.write(`${JSON.stringify(request)}\n`);
  }

  #connect() {
    const socket = net.connect(appFolder.socket);
    new Lines(socket, (response) => {
      this.#waiting.delete(response.requestId);
      this.#respond(response);
    });
    socket.on('error', () => {});
    socket.on('close', () => {
      this.#socket = null;
      this.#waiting.forEach((id) => this.#refuse(id));
    });
    socket.unref();
    return socket;
  }

  #refuse(requestId) {
    this.#waiting.delete(requestId);
    this.#respond({ requestId, error: { message: 'there is no inference process' } });
  }
}

/** A room of lkagent's dev server, which a plain WebSocket joins. */
class DevRoom {
  #WebSocket;
  #url;
  #socket = null;
  #others = new Map();

  constructor(WebSocket, url, token) {
    this.#WebSocket = WebSocket;
    this.#url = new URL(url.replace(/^http/, 'ws'));
    this.#url.pathname = `${this.#url.pathname.replace(/\/$/, '')}/dev/join`;
    this.#url.searchParams.set('access_token', token);
  }

  /** Joins; {@code changed} hears how many humans are there, {@code ended} of an end that others made. */
  async join(changed, ended) {
    const socket = new this.#WebSocket(this.#url.href);
    this.#socket = socket;
    const joined = new Gate();
    socket.onmessage = ({ data }) => this.#take(parse(data), joined, changed);
    socket.onerror = ({ message }) => joined.open(message || 'no connection');
    socket.onclose = () => joined.open('closed by the server');
    const error = await Promise.race([joined.opened, sleep(JOIN_MS, `no answer within ${JOIN_MS / 1000} s`, { ref: false })]);
    if (error) {
      this.leave();
      throw new Error(`the room of the dev server cannot be joined: ${error}`);
    }
    socket.onclose = ended;
  }

  #take(frame, joined, changed) {
    switch (frame?.type) {
      case 'joined':
        frame.participants.forEach((other) => this.#others.set(other.identity, other));
        joined.open();
        break;
      case 'participant_joined':
        this.#others.set(frame.participant.identity, frame.participant);
        break;
      case 'participant_left':
        this.#others.delete(frame.participant.identity);
        break;
      case 'error':
        joined.open(frame.message);
        return;
      default:
        return;
    }
    changed([...this.#others.values()].filter(({ kind }) => HUMANS.includes(kind)).length);
  }

  leave() {
    if (this.#socket) {
      this.#socket.onclose = null;
      this.#socket.onerror = () => {};
      this.#socket.close();
    }
  }
}

/** The parent that the framework's job process code expects behind process.send, in the same process. */
class Parent {
  #take;

  /** @param {(message: object) => void} take gets what the framework tells its parent */
  constructor(take) {
    this.#take = take;
    process.connected = true;
    process.disconnect = () => {};
    process.send = (message) => {
      this.#take(message);
      return true;
    };
  }

  /** Calls {@code speak} as soon as the framework listens: a signal before would find its handlers without a logger. */
  whenHeard(speak) {
    const listens = (event) => {
      if (event === 'message') {
        process.off('newListener', listens);
        queueMicrotask(speak);
      }
    };
    process.on('newListener', listens);
  }

  say(name, value) {
    process.emit('message', { case: name, value });
  }
}

/**
 * Passes over the log of LiveKit's media engine, which the framework decodes and nobody reads: the engine calls for
 * each line, 1,500 times until it is connected, and that took a quarter of what a connection costs.
 */
function passOverEngineLog(framework) {
  try {
    const { FfiEvent } = framework.required('@livekit/rtc-node', '@livekit/rtc-ffi-bindings');
    const empty = new FfiEvent({ message: { case: 'logs', value: { records: [] } } }).toBinary();
    const mark = [...empty.subarray(0, -1)]; // all but the length
    const decode = FfiEvent.fromBinary;
    const nothing = new FfiEvent();
    FfiEvent.fromBinary = (bytes, options) =>
      mark.every((byte, at) => bytes[at] === byte) ? nothing : decode.call(FfiEvent, bytes, options);
  } catch {
    // A version whose engine is another.
  }
}

/**
 * The framework's monitor of the event loop (since 1.9): a thread, and 50 wake-ups a second.
 *
 * The framework would start it before the job, for 60 ms of CPU: when many rooms begin at once, their entry points
 * would wait for each other's threads.
 */
class LoopMonitor {
  #module;
  #index;
  #context;
  #limit;
  #timer;

  static async find(framework, flavour, index) {
    const monitor = new LoopMonitor();
    try {
      monitor.#module = await framework.load('telemetry/loop_monitor', flavour);
      ({ context: monitor.#context } = await framework.dependency('@opentelemetry/api', flavour));
      monitor.#index = index;
      return monitor;
    } catch {
      return null;
    }
  }

  /** Lets the framework pass by where it would start its monitor. */
  withhold() {
    this.#limit = process.env[MONITOR_LIMIT];
    process.env[MONITOR_LIMIT] = '0';
  }

  passed() {
    if (this.#limit === undefined) {
      delete process.env[MONITOR_LIMIT];
    } else {
      process.env[MONITOR_LIMIT] = this.#limit;
    }
  }

  /** Starts it soon, as the framework does; called where the job's context holds. */
  startLater(job) {
    const report = this.#context.active();
    this.#timer = setTimeout(() => {
      const monitor = this.#module.startMonitoring({ name: 'job' });
      monitor?.setReportContext(report, (say) => this.#index.runWithJobContext(job, say));
      if (monitor?.tickInterval !== undefined) {
        // Two looks in the shortest time that it tells of, not five: a block half as long again is told for certain.
        monitor.tickInterval = Math.min(monitor.warnThreshold / 2, MONITOR_TICK_MS);
      }
    }, MONITOR_AFTER_MS).unref();
  }

  stop() {
    clearTimeout(this.#timer);
    this.#module.stopMonitoring();
  }
}

/** The job that this process serves, seen from the user's entry point. */
class Job {
  #worker;
  #context = null;
  #devRoom;
  #humans = 0;
  #left = new Gate();
  #ending = false;
  #failure = null;

  constructor(worker, devRoom) {
    this.#worker = worker;
    this.#devRoom = devRoom;
  }

  /** Runs the user's entry point; its context is ours to adapt before. */
  async run(entry, context) {
    this.#context = context;
    this.#watchRoom(context.room);
    this.#holdLeaving(context.room);
    if (this.#devRoom) {
      this.#joinDevRoom(context);
    }
    if (!context.info.apiKey || !context.info.apiSecret) {
      context.deleteRoom = async () => sayNoKeys();
    }
    this.#worker.tell({ type: 'running' });
    try {
      return await entry(context);
    } catch (error) {
      this.#failure = oneLine(error);
      throw error;
    }
  }

  #watchRoom(room) {
    const count = () => this.#tellHumans([...room.remoteParticipants.values()].filter(isHuman).length);
    for (const event of ['connected', 'participantConnected', 'participantDisconnected', 'connectionStateChanged']) {
      room.on(event, count);
    }
  }

  #tellHumans(participants) {
    if (participants !== this.#humans) {
      this.#humans = participants;
      this.#worker.tell({ type: 'activity', participants });
    }
  }

  /** The server must hear how the job ended before the agent leaves: the framework's own leaving waits. */
  #holdLeaving(room) {
    const leave = room.disconnect.bind(room);
    room.disconnect = async () => {
      if (this.#ending) {
        await Promise.race([this.#left.opened, sleep(HOLD_MS)]);
      }
      this.#devRoom?.leave();
      return leave();
    };
  }

  #joinDevRoom(context) {
    const connect = context.connect.bind(context);
    context.connect = async (...how) => {
      if (!context.connected) {
        const ended = () => context.shutdown('room disconnected');
        await this.#devRoom.join((humans) => this.#tellHumans(humans), ended);
      }
      return connect(...how);
    };
  }

  /** The framework is about to end the job. */
  ends(reason) {
    this.#ending = true;
    if (!this.told) {
      const status = this.#failure === null ? 'success' : 'failed';
      this.#worker.tell({ type: 'done', status, reason: this.#failure ?? reason ?? '' });
    }
  }

  /** The worker has told the server, or wants the end itself. */
  mayLeave() {
    this.told = true;
    this.#left.open();
  }
}

function isHuman({ info }) {
  return HUMAN_KINDS.includes(info?.kind);
}

function sayNoKeys() {
  const message = 'ctx.deleteRoom needs the API key and secret, which the worker keeps back: start it with --pass-api-keys';
  process.stderr.write(`${JSON.stringify({ level: 'error', message, logger: 'lkagent' })}\n`);
}

/** One process for one job, run by the framework's own job process code. */
class JobProcess {
  #file;
  #settings = appFolder.read();
  #worker = new Worker(() => this.#orphaned());
  #parent = null;
  #job = null;
  #inference = null;
  #framework = null;
  #flavour;
  #protocol = null;
  #monitor = null;
  #initialised = new Gate();
  #ready = false;
  /** There is something to do for a process that was ready. */
  #wanted = new Gate();
  /** The framework listens. */
  #begun = new Gate();

  constructor(file) {
    this.#file = file;
    this.#settings = this.#settings.file === file ? this.#settings : {};
  }

  async run() {
    let runtime = `node ${process.version}`;
    try {
      checkFile(this.#file);
      this.#flavour = this.#settings.flavour ?? flavourOf(this.#file);
      this.#framework = Framework.find(this.#file);
      runtime += `, ${PACKAGE} ${this.#framework.version}`;
      this.#worker.hello(runtime);
      runtime = null;
      this.#worker.listen((frame) => this.#take(frame));
      await this.#initialise();
    } catch (error) {
      if (runtime !== null) {
        this.#worker.hello(runtime);
      }
      this.#fail(error);
    }
  }

  #fail(error) {
    const fault = error instanceof AppFault;
    if (!fault) {
      sayError(error);
    }
    this.#worker.tell({ type: 'failed', error: fault ? error.message : `the app cannot be started: ${oneLine(error)}` });
    exit(1);
  }

  async #initialise() {
    process.exit = (code) => this.#exitRequested(code);
    this.#framework.checkVersion();
    const agentFile = this.#settings.agent ?? this.#file;
    const lazyMain = this.#framework.path('ipc/job_proc_lazy_main', this.#flavour);
    process.argv = [process.argv[0], lazyMain, agentFile];
    const index = await this.#worker.phase('framework', () => this.#framework.load('index', this.#flavour));
    const module = await this.#worker.phase('app', () => import(pathToFileURL(agentFile).href));
    const agent = agentOf(module, index.isAgent);
    if (agent === undefined) {
      throw new AppFault('no-worker', `${agentFile} has no agent: it must say export default defineAgent({ entry: … })`);
    }
    this.#wrap(agent);
    this.#protocol = await this.#framework.dependency('@livekit/protocol', this.#flavour);
    if (this.#framework.tried) {
      passOverEngineLog(this.#framework);
    }
    this.#monitor = await LoopMonitor.find(this.#framework, this.#flavour, index);
    await this.#initialised.opened;
    this.#parent = new Parent((message) => this.#fromFramework(message));
    this.#inference = new InferenceLink((response) => this.#parent.say('inferenceResponse', response));
    this.#parent.whenHeard(() => {
      thrift.end();
      this.#parent.say('initializeRequest', {
        loggerOptions: logs.options(this.#settings.level),
        sessionEndTimeout: this.#settings.sessionEndTimeout ?? SESSION_END_MS,
      });
    });
    await import(pathToFileURL(lazyMain).href);
  }

  /** An app that ends the process before it is ready has failed; afterwards it may. */
  #exitRequested(code) {
    if (!this.#ready) {
      this.#fail(new AppFault('exit', `the app called process.exit(${code ?? ''}) before it was ready`));
    }
    exit(code);
  }

  /** Puts our measures around the two functions of the user's that the framework calls. */
  #wrap(agent) {
    const { entry, prewarm } = agent;
    agent.prewarm = async (process_) => {
      // The framework would only log what this throws, and wait.
      await this.#worker.phase('prewarm', () => prewarm?.call(agent, process_)).catch((error) => this.#fail(error));
      this.#ready = true;
      this.#worker.tell({ type: 'ready' });
      this.#rehearse();
      // Next it starts timers, and what watches the event loop 50 times a second: an idle process sleeps.
      await this.#wanted.opened;
      this.#monitor?.withhold();
    };
    agent.entry = (context) => {
      this.#monitor?.startLater(context);
      return this.#job.run((given) => entry.call(agent, given), context);
    };
  }

  #take(frame) {
    switch (frame.type) {
      case 'init':
        this.#initialised.open();
        break;
      case 'ping':
        this.#worker.tell({ type: 'pong', t: frame.t });
        break;
      case 'start':
        this.#start(frame).catch((error) => {
          sayError(error);
          exit(1);
        });
        break;
      case 'shutdown':
        this.#shutdown(frame.reason);
        break;
    }
  }

  async #start(start) {
    if (this.#job !== null || !this.#ready) {
      return;
    }
    const dev = start.media === 'dev';
    this.#job = new Job(this.#worker, dev ? new DevRoom(await this.#webSocket(), start.url, start.token) : null);
    const runningJob = this.#runningJob(start, dev);
    this.#wanted.open();
    await this.#begun.opened;
    this.#parent.say('startJobRequest', { runningJob });
  }

  /** Does for nobody what a job's start does first: each such first time costs a new process a millisecond or more. */
  #rehearse() {
    try {
      const { Job: JobMessage } = this.#protocol;
      const job = new JobMessage({ id: 'AJ', room: { name: 'room', enabledCodecs: [{}] }, participant: {}, state: {} });
      this.#runningJob({ job_proto: Buffer.from(job.toBinary()).toString('base64') }, false);
      new Date().getMonth(); // reads the time zone's rules
      new AsyncLocalStorage().run(job, () => Promise.resolve());
    } catch {
      // A version with other messages: its first job does it.
    }
  }

  /** What the framework's worker sends, after its way through JSON. */
  #runningJob(start, fakeJob) {
    const { Job: JobMessage } = this.#protocol;
    const job = start.job_proto
      ? JobMessage.fromBinary(Buffer.from(start.job_proto, 'base64'))
      : new JobMessage(jobFields(start));
    const { identity = start.identity, name = '', metadata = '', attributes = {} } = start.accept ?? {};
    return JSON.parse(
      JSON.stringify({
        acceptArguments: { identity, name, metadata, attributes },
        job,
        url: start.url,
        token: start.token,
        workerId: start.worker_id ?? '',
        apiKey: process.env.LIVEKIT_API_KEY,
        apiSecret: process.env.LIVEKIT_API_SECRET,
        ...(fakeJob && { fakeJob }),
      }),
    );
  }

  async #webSocket() {
    return globalThis.WebSocket ?? this.#framework.dependency('ws', this.#flavour);
  }

  #fromFramework({ case: name, value }) {
    switch (name) {
      case 'initializeResponse':
        this.#monitor?.passed();
        // The framework ends a job process that was not pinged for 15 s. This one's worker may be silent for longer.
        setInterval(() => this.#parent.say('pingRequest', { timestamp: Date.now() }), KEEP_ALIVE_MS);
        this.#begun.open();
        break;
      case 'inferenceRequest':
        this.#inference.request(value);
        break;
      case 'exiting':
        this.#job.ends(value.reason);
        break;
      case 'done':
        this.#monitor?.stop();
        break;
    }
  }

  #shutdown(reason) {
    if (!this.#ready) {
      exit(0);
    }
    this.#job?.mayLeave();
    this.#wanted.open();
    this.#begun.opened.then(() => this.#parent.say('shutdownRequest', { reason }));
  }

  #orphaned() {
    setTimeout(() => exit(0), ORPHAN_MS);
    this.#shutdown('the worker is gone');
  }
}

/** A job without its protobuf, from a worker that does not send it. */
function jobFields({ job, room }) {
  return {
    id: job.id,
    dispatchId: job.dispatch_id ?? '',
    agentName: job.agent_name ?? '',
    metadata: job.metadata ?? '',
    room: { name: room.name, sid: room.sid ?? '', metadata: room.metadata ?? '' },
  };
}

const [, , mode, file] = process.argv;
const modes = { host: Host, job: JobProcess };
if (!Object.hasOwn(modes, mode ?? '') || file === undefined) {
  process.stderr.write('usage: node lkagent_app.mjs host|job FILE\n');
  process.exit(2);
}
ignoreSignals();
logs.redirect();
thrift.begin();
appFolder.shareCompiled();
await new modes[mode](path.resolve(file)).run();
