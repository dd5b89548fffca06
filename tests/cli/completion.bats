#!/usr/bin/env bats
# Completion of cgq for bash and zsh: what is offered where.
load lib

# offers LINE WANTED: bash offers these words for the last word of LINE, in any order. Words are cut as bash cuts them.
offers() {
	local -a COMP_WORDS COMPREPLY
	local COMP_CWORD
	# shellcheck disable=SC1091 # made by the build
	source "$BUILD/pages/cgq.bash"
	compopt() { :; }
	read -r -a COMP_WORDS <<<"${1//=/ = }"
	[[ $1 != *' ' ]] || COMP_WORDS+=('')
	COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
	COMP_WORDS[0]=$BUILD/cgq
	_cgq
	[ "$(printf '%s\n' "${COMPREPLY[@]}" | sort | xargs)" = "$(xargs -n 1 <<<"$2" | sort | xargs)" ] || fail "$1: ${COMPREPLY[*]}"
}

# zsh_offers LINE: what a terminal shows
zsh_offers() {
	mkdir -p functions && cp "$BUILD/pages/cgq.zsh" functions/_cgq
	ln -sf "$BUILD/cgq" cgq
	PATH=$PWD:$PATH timeout 60 zsh -f "$REPO/tests/cli/offers.zsh" "$PWD/functions" "$1"
}

@test "both are free of faults" {
	shellcheck "$BUILD/pages/cgq.bash"
	zsh -n "$BUILD/pages/cgq.zsh"
}

@test "bash: commands, each with the options that it takes" {
	offers 'cgq st' status
	offers 'cgq --color st' status
	offers 'cgq help unp' unpin
	offers 'cgq kill web --si' --signal
	offers 'cgq list --si' ''
	offers 'cgq ps --socket sock --jso' --json
}

@test "bash: every command of --help is offered" {
	offers 'cgq ' "$("$BUILD/cgq" --help | awk '/^Commands/ { on = 1; next } /^$/ { on = 0 } on { print $1 }')"
}

@test "bash: what an option takes, glued to it or not" {
	offers 'cgq --color=a' 'auto always'
	offers 'cgq list -o FRO' FROZEN
	offers 'cgq list --output=fro' FROZEN
	offers 'cgq list -o GROUP,fro' GROUP,FROZEN
	offers 'cgq list -o +fro' +FROZEN
	offers 'cgq list --sort fro' FROZEN
	offers 'cgq kill web -s TER' TERM
	offers 'cgq explain --as na' name=
}

@test "bash: keys to set, and to take back" {
	offers 'cgq set web memory.' 'memory.low= memory.min='
	offers 'cgq set web cpu=40% memory.' 'memory.low= memory.min='
	offers 'cgq set web cpu=4' ''
	offers 'cgq set web --clear memory.' 'memory.low memory.min'
}

@test "bash: groups are the daemon's; where none answers, nothing is offered and nothing said" {
	run --separate-stderr offers "cgq --socket $SOCKET status my" ''
	[ "$status" = 0 ] && [ -z "$stderr$output" ]
	machine small
	offers "cgq --socket $SOCKET status my" mysql
	offers "cgq --socket=$SOCKET status " 'apache mysql'
	offers "cgq --socket $SOCKET pin 1 apa" apache
	offers "cgq --socket $SOCKET freeze web apa" apache
}

@test "bash: a group, then the program that is to run there, whose options are its own" {
	machine small
	offers "cgq --socket $SOCKET run apa" apache
	offers "cgq --socket $SOCKET enter my" mysql
	offers 'cgq run web -- setpri' setpriv
	offers 'cgq run web setpri' setpriv
	offers 'cgq run --det' --detach
	offers 'cgq run web -- setpriv --det' ''
	: >setfile
	offers 'cgq run web -- cat setf' setfile
}

@test "bash: completed in a real terminal, and run" {
	machine small
	ln -s "$BUILD/cgq" cgq
	run env NO_COLOR=1 PATH=".:$PATH" script -qec 'bash --norc --noprofile -i' /dev/null < <(
		printf 'source %s\n' "$BUILD/pages/cgq.bash"
		printf 'cgq --sock\ts stat\tmys\t\nexit\n'
	)
	[[ $output == *"mysql: ok"* ]] || fail "$output"
}

@test "zsh: commands, with what they do" {
	run -0 zsh_offers 'cgq '
	[[ $output == *'freeze   -- stop all processes of a group'* && $output == *'unpin '* ]]
}

@test "zsh: options, columns, keys" {
	run -0 zsh_offers 'cgq kill web --s'
	[[ $output == *'--signal  -- another signal than KILL'* && $output != *--strict* ]]
	run -0 zsh_offers 'cgq list -o GROUP,mem'
	[[ $output == *'MEMORY_MAX_BYTES  -- the memory ceiling'* ]]
	run -0 zsh_offers 'cgq list --sort mem'
	[[ $output == *'MEMORY_MAX_BYTES  -- the memory ceiling'* ]]
	run -0 zsh_offers 'cgq set web cpu=40% memory.'
	[[ $output == *'memory.low  -- memory that is reclaimed from last'* ]]
}

@test "zsh: groups are the daemon's, and none where none answers" {
	run -0 zsh_offers 'cgq --socket s status '
	[[ $output != *mysql* && $output != *nobody* ]]
	machine small
	run -0 zsh_offers 'cgq --socket s status '
	[[ $output == *apache*mysql* && $output != *outside* ]]
}
