# MySQL and Apache on one machine: what each may use, and what it always gets.
#   puppet apply --modulepath modules site.pp
class { 'cgq':
  groups => {
    'mysql'  => {
      'match'  => 'name:mysqld,mariadbd',
      'cpu'    => '40%',
      'memory' => '2G',
    },
    'apache' => {
      'match'  => 'name:apache2,httpd',
      'cpu'    => '60%',
      'memory' => '1G',
    },
  },
}
