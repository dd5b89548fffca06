# What zsh offers for a line, in a real zsh on a terminal of its own: zsh -f offers.zsh FOLDER LINE
# FOLDER holds _cgq. Prints what the terminal shows after two tabs, without its escape sequences.
zmodload zsh/zpty

zpty shell zsh -f -i
zpty -w shell "PS1=; fpath=($1 \$fpath); autoload -Uz compinit; compinit -D -u; stty cols 200 rows 200; LISTMAX=1000; echo RE''ADY"
zpty -r -m shell shown '*READY*'
# The comment that the last line begins is what tells that all before it was shown.
zpty -w -n shell "$2"$'\t\t'
shown='' chunk=''
for tries in {1..40}; do
	sleep 0.05
	while zpty -r -t shell chunk; do shown+=$chunk tries=0; done
	[[ -z $shown || $chunk != $last ]] || break
	last=$chunk
done
zpty -d shell
print -r -- $shown | sed 's/\x1b\[[0-9;?]*[a-zA-Z]//g' | tr -d '\r'
