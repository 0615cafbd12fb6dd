#!/usr/bin/env node
'use strict';
// Old syntax down to the version check, so that an old Node gives a sentence instead of a SyntaxError.
// CommonJS, and nothing loaded before it is needed: this file is on the path of every start.

/** The floor of package.json's `engines`: ^22.22.2 || ^24.15.0 || >=26. */
function isSupported(version) {
  var parts = version.split('.').map(Number);
  if (parts[0] >= 26) return true;
  var floors = { 22: [22, 2], 24: [15, 0] };
  var floor = floors[parts[0]];
  if (!floor) return false;
  return parts[1] > floor[0] || (parts[1] === floor[0] && parts[2] >= floor[1]);
}

/** `console` and `process.stdout` cost an eighth of a bare start; a plain write costs nothing. */
function print(text) {
  var fs = require('fs');
  try {
    var bytes = Buffer.from(text);
    for (var done = 0; done < bytes.length; ) done += fs.writeSync(1, bytes, done);
  } catch (error) {
    if (error.code === 'EAGAIN') process.stdout.write(bytes.subarray(done));
    else if (error.code !== 'EPIPE') throw error;
  }
}

function complain(text) {
  process.stderr.write('tenantctl: ' + text + '\n');
  process.exitCode = 1;
}

function cacheFolder() {
  var path = require('path');
  var env = process.env;
  if (process.platform === 'win32' && env.LOCALAPPDATA)
    return path.join(env.LOCALAPPDATA, 'tenantctl', 'Cache');
  if (env.XDG_CACHE_HOME && path.isAbsolute(env.XDG_CACHE_HOME))
    return path.join(env.XDG_CACHE_HOME, 'tenantctl');
  var home = require('os').homedir();
  if (process.platform === 'darwin') return path.join(home, 'Library', 'Caches', 'tenantctl');
  return path.join(home, '.cache', 'tenantctl');
}

/** Compiled code is trusted code, so it lives in the user's own folder and never in a shared temporary one. */
function enableCompileCache() {
  try {
    var nodeModule = require('node:module');
    if (process.env.NODE_COMPILE_CACHE) return nodeModule.enableCompileCache();
    var folder = cacheFolder();
    require('fs').mkdirSync(folder, { recursive: true, mode: 448 });
    nodeModule.enableCompileCache(folder);
  } catch (error) {
    // Without a cache the program is a little slower; that is all.
  }
}

/** Help is written at build, a file for every command: printing it takes none of the program. */
function readHelp(words) {
  try {
    return require('fs').readFileSync(
      __dirname + '/../dist/help/' + ['tenantctl'].concat(words).join('.') + '.txt',
      'utf8',
    );
  } catch (error) {
    return null;
  }
}

/** The words before a lone `--help`; null for anything else, which the program itself answers. */
function wordsOfHelp(args) {
  if (args.length === 0 || (args.length === 1 && args[0] === 'help')) return [];
  var last = args[args.length - 1];
  var words = args.slice(0, -1);
  if (last !== '--help' && last !== '-h') return null;
  return words.every(function (word) {
    return /^[a-z][a-z-]*$/.test(word);
  })
    ? words
    : null;
}

function answerAtOnce(args) {
  var only = args.length === 1 ? args[0] : undefined;
  if (only === '--version' || only === '-V' || only === 'version') {
    print(require('../package.json').version + '\n');
    return true;
  }
  var words = wordsOfHelp(args);
  var help = words === null ? null : readHelp(words);
  if (help !== null) print(help);
  return help !== null;
}

function start(args) {
  enableCompileCache();
  var program;
  try {
    program = require('../dist/main.cjs');
  } catch (error) {
    if (error.code !== 'MODULE_NOT_FOUND' || !/dist[\\/]main\.cjs/.test(error.message)) throw error;
    complain('this checkout is not built yet. Try: npm run build');
    return;
  }
  program.main(args);
}

if (!isSupported(process.versions.node)) {
  complain('needs Node ^22.22.2 || ^24.15.0 || >=26, and this is Node ' + process.versions.node + '.');
} else if (!answerAtOnce(process.argv.slice(2))) {
  start(process.argv.slice(2));
}
