#!/usr/bin/env bats
# cgq explain --as: where a process would go.
load lib

asked() {
	tail -n 1 "$SOCKET.log" | jq -c .parameters
}

@test "where it would go, and what would decide otherwise" {
	machine small
	golden explain-as 0 explain --as name=apache2
	[ "$(asked)" = '{"name":"apache2"}' ]
	run -0 cgq explain --as name=apache2 -n -o group,how
	[ "$output" = "apache rule" ]
	run -0 cgq explain --json --as name=apache2
	jq -e '.group == "apache" and .tried[0].depends == "user"' <<<"$output"
}

@test "every fact is sent, a name as its number, and commas in a value stay" {
	machine small
	run -0 cgq explain --as 'name=a,user=root,group=0,args=a --b=1,2,user-x,unit=x.service,cgroup=/a,parent=cron,tag=blue'
	[ "$(asked)" = '{"name":"a","user":"0","group":"0","args":"a --b=1,2,user-x","unit":"x.service","cgroup":"/a","parent":"cron","tag":"blue"}' ]
	run -0 cgq explain --as exe=/bin/sh
	[ "$(asked)" = "{\"exe\":\"/bin/sh\",\"exe_device\":$(stat -Lc %d /bin/sh),\"exe_inode\":$(stat -Lc %i /bin/sh)}" ]
}

@test "what names nothing is a usage error" {
	wrong() {
		run -2 --separate-stderr cgq explain --as "${@:2}"
		says_only "explain: $1"
	}
	kinds=name=,\ exe=,\ user=,\ group=,\ args=,\ unit=,\ cgroup=,\ parent=,\ tag=
	wrong "--as: 'nam' is nothing that rules look at (did you mean name?): $kinds" nam=x
	wrong "--as: 'apache2' is nothing that rules look at: $kinds" apache2
	wrong "--as: '' is nothing that rules look at: $kinds" ''
	wrong "--as: name= is empty" name=
	wrong "--as: name= is empty" name=,user=root
	wrong "--as: name= is given twice" name=a,name=b
	wrong "--as: exe=sh: a rule names an absolute path" exe=sh
	wrong "--as: exe=/nowhere: No such file or directory" exe=/nowhere
	wrong "--as: there is no user 'no-such-user'" user=no-such-user
	wrong "--as: there is no group 'no-such-group'" group=no-such-group
	wrong "--as: name=\\xff: that cannot be said in JSON" $'name=\xff'
	wrong "--as FACTS stands in place of a PID" name=a 1
}
