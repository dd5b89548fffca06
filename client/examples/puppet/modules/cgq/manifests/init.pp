# One policy file of cgq: checked before it is put there, and in force when the run ends.
#
# @param groups   group => its keys, in the order in which they are written: the first rule that fits wins
# @param filename files are read in the order of their names
# @param folders  the folders that cgqd was given by --config, where it was given any; the file goes into the last
# @param command  cgq, by its full path
# @param socket   where cgqd listens
class cgq (
  Hash[String, Hash[String, Variant[String, Numeric, Boolean]]] $groups = {},
  Pattern[/\A[^.\/][^\/]*\.conf\z/] $filename = '60-site.conf',
  Array[String] $folders = [],
  String $command = '/usr/bin/cgq',
  String $socket = '/run/cgq/cgqd.sock',
) {
  $folder = ['/etc/cgq/conf.d', *$folders][-1]
  $check = shellquote($command, 'check', '--as', $filename)

  exec { 'cgq folder':
    command => shellquote('/bin/mkdir', '-p', '-m', '0755', $folder),
    creates => $folder,
  }

  # Judged together with the other files. With a fault it fails here, and what stands there stays.
  file { "${folder}/${filename}":
    ensure       => file,
    owner        => 'root',
    group        => 'root',
    mode         => '0644',
    content      => epp('cgq/policy.conf.epp', { 'groups' => $groups }),
    validate_cmd => "${check} % ${shellquote($folders)}",
    require      => Exec['cgq folder'],
    notify       => Exec['cgq reload'],
  }

  # Waits until the limits are in force. Fails with 1 if any file is refused, also another one, and with 3 without a
  # cgqd.
  exec { 'cgq reload':
    command     => shellquote($command, '--socket', $socket, 'reload'),
    refreshonly => true,
    logoutput   => on_failure,
  }
}
