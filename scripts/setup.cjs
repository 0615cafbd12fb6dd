'use strict';
// Runs before `npm test`, `npm run demo` and the like, so that they work on a bare clone even where the system's
// Node is old. Old syntax on purpose: this is the one file that an old Node has to understand.
//
// Under an old Node `npm ci` silently leaves out native parts (rolldown, oxlint, the keyring) whose `engines` exclude
// it. So the Node that package-lock.json pins is fetched alone first, and npm's own `ci` runs with that one.
var childProcess = require('child_process');
var fs = require('fs');
var os = require('os');
var path = require('path');

var root = path.resolve(__dirname, '..');

function say(text) {
  process.stderr.write('setup: ' + text + '\n');
}

function fail(text, code) {
  say(text);
  process.exit(code || 1);
}

function readJson(file) {
  return JSON.parse(fs.readFileSync(file, 'utf8'));
}

function removeFolder(folder) {
  if (fs.rmSync) fs.rmSync(folder, { recursive: true, force: true });
  else fs.rmdirSync(folder, { recursive: true });
}

/** Complete means: newer than the lockfile, and not made by an old Node that left the native parts out. */
function isInstalled(folder) {
  try {
    var modules = path.join(folder, 'node_modules');
    var made = fs.statSync(path.join(modules, '.package-lock.json')).mtimeMs;
    if (made < fs.statSync(path.join(folder, 'package-lock.json')).mtimeMs) return false;
    if (!fs.existsSync(path.join(modules, 'node', 'bin'))) return false;
    return fs.readdirSync(path.join(modules, '@rolldown')).some(function (name) {
      return name.indexOf('binding-') === 0;
    });
  } catch (error) {
    return false;
  }
}

function pinnedNode(folder) {
  var lock = readJson(path.join(folder, 'package-lock.json'));
  var entry = lock.packages && lock.packages['node_modules/node'];
  if (!entry) fail('package-lock.json pins no "node" package; restore it from the repository.');
  return entry.version;
}

function findNpm() {
  var beside = path.dirname(process.execPath);
  var candidates = [
    process.env.npm_execpath,
    path.join(beside, '..', 'lib', 'node_modules', 'npm', 'bin', 'npm-cli.js'),
    path.join(beside, 'node_modules', 'npm', 'bin', 'npm-cli.js'),
  ];
  var asked = childProcess.spawnSync('npm', ['root', '-g'], {
    encoding: 'utf8',
    shell: process.platform === 'win32',
  });
  if (asked.status === 0) candidates.push(path.join(asked.stdout.trim(), 'npm', 'bin', 'npm-cli.js'));
  for (var i = 0; i < candidates.length; i++) {
    // npm_execpath may name yarn or pnpm, which know nothing of package-lock.json.
    if (candidates[i] && /npm-cli\.c?js$/.test(candidates[i]) && fs.existsSync(candidates[i]))
      return candidates[i];
  }
  return fail('npm was not found beside ' + process.execPath + '. Install npm, then run this again.');
}

function nodeFileIn(folder) {
  return path.join(folder, 'node_modules', 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
}

function runNpm(nodeFile, npm, args, folder) {
  var env = Object.assign({}, process.env);
  var key =
    Object.keys(env).filter(function (name) {
      return name.toUpperCase() === 'PATH';
    })[0] || 'PATH';
  env[key] = path.dirname(nodeFile) + path.delimiter + (env[key] || '');
  // Inherited from `npm run`: they would make the inner npm act on the outer call's folder, or skip what we need.
  delete env.npm_config_prefix;
  delete env.npm_config_local_prefix;
  delete env.NODE_ENV;
  delete env.NODE_OPTIONS;
  var done = childProcess.spawnSync(nodeFile, [npm].concat(args), {
    cwd: folder,
    env: env,
    // The result of `npm run x` belongs on stdout, the installation's chatter does not.
    stdio: ['ignore', 2, 2],
  });
  if (done.error) return { code: 1, why: done.error.message };
  if (done.signal) return { code: 1, why: 'killed by ' + done.signal };
  return { code: done.status, why: 'exit code ' + done.status };
}

function install() {
  var version = pinnedNode(root);
  var npm = findNpm();
  var temporary = fs.mkdtempSync(path.join(os.tmpdir(), 'tenantctl-setup-'));
  var quiet = ['--no-audit', '--no-fund', '--loglevel=error'];
  var failure = null;
  try {
    say('this is Node ' + process.version + '; fetching Node ' + version + ' for this folder alone');
    fs.writeFileSync(
      path.join(temporary, 'package.json'),
      JSON.stringify({ name: 'setup', version: '0.0.0', private: true, allowScripts: { node: true } }),
    );
    var first = runNpm(
      process.execPath,
      npm,
      ['install', '--no-save', '--no-package-lock', 'node@' + version].concat(quiet),
      temporary,
    );
    if (first.code !== 0) failure = ['Node ' + version + ' could not be fetched', first];
    else if (!fs.existsSync(nodeFileIn(temporary)))
      failure = ['the "node" package brought no binary for this system', first];
    if (!failure) {
      say('installing the dependencies with it (npm ci); about a minute');
      var second = runNpm(
        nodeFileIn(temporary),
        npm,
        ['ci', '--include=dev', '--include=optional'].concat(quiet),
        root,
      );
      if (second.code !== 0) failure = ['npm ci failed', second];
    }
  } finally {
    removeFolder(temporary);
  }
  if (failure) {
    fail(
      failure[0] +
        ' (' +
        failure[1].why +
        '). Check the network and the npm registry setting, then run the same command again.',
      failure[1].code || 1,
    );
  }
  say('done');
}

if (!isInstalled(root)) install();
