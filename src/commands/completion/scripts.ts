import type { Context } from '../../context.ts';
import { type OptionsOf, type Verb, type VerbSpec, verb } from '../command.ts';

type Shell = keyof typeof scripts;

/** What `completion words` prints when the shell's own file names are wanted. */
export const FILES = ':files';

/*
 * The scripts know nothing but how to ask: whatever can be typed is answered by the tool itself, so that they need not
 * be made again for a new version. A word and what it is are a tab apart.
 */
const scripts = {
  // Bash splits `--flag=value` at the `=`, and replaces only what follows it.
  bash: `# tenantctl completion for bash
_tenantctl() {
  local found word line
  COMPREPLY=()
  found=$(tenantctl completion words -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null) || return 0
  if [[ $found == '${FILES}' ]]; then
    compopt -o default 2>/dev/null
    return 0
  fi
  while IFS= read -r line; do
    word=\${line%%$'\\t'*}
    [[ -n $word ]] && COMPREPLY+=("$word")
  done <<<"$found"
}
complete -F _tenantctl tenantctl
`,
  zsh: `#compdef tenantctl
# tenantctl completion for zsh
_tenantctl() {
  local found line
  local -a described
  found=$(tenantctl completion words -- "\${(@)words[2,CURRENT]}" 2>/dev/null) || return 0
  if [[ $found == '${FILES}' ]]; then
    _files
    return
  fi
  for line in "\${(@f)found}"; do
    [[ -n $line ]] && described+=("\${\${line%%$'\\t'*}//:/\\\\:}:\${line#*$'\\t'}")
  done
  (( \${#described} )) && _describe 'tenantctl' described
}
if [[ \${funcstack[1]} == _tenantctl ]]; then _tenantctl "$@"; else compdef _tenantctl tenantctl; fi
`,
  fish: `# tenantctl completion for fish
function __tenantctl_words
  set -l typed (commandline -opc) (commandline -ct)
  set -l found (tenantctl completion words -- $typed[2..-1] 2>/dev/null)
  if test "$found" = '${FILES}'
    __fish_complete_path (commandline -ct)
  else
    printf '%s\\n' $found
  end
end
complete -c tenantctl -f -a '(__tenantctl_words)'
`,
} as const;

const installed = {
  bash: 'eval "$(tenantctl completion bash)"',
  zsh: 'source <(tenantctl completion zsh)',
  fish: 'tenantctl completion fish | source',
} as const;

const specOf = (shell: Shell) =>
  ({
    path: `completion ${shell}`,
    summary: `Print the completion script for ${shell}`,
    about: `For every new shell, put this into its start file: ${installed[shell]}`,
    examples: [`tenantctl completion ${shell}`, installed[shell]],
    operations: [],
    next: 'tenantctl accounts list, whose names are completed from then on',
  }) as const satisfies VerbSpec;

export function scriptCommand(shell: Shell) {
  const spec = specOf(shell);
  const run = async (_options: OptionsOf<typeof spec>, ctx: Context) => await ctx.out.raw(scripts[shell]);
  return (ctx: Context): Verb => verb(spec, ctx, run);
}
