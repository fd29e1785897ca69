# What people take away, made from the untouched disk: another shape of the same bytes, and nothing else.

source "null" "disk" {
  communicator = "none"
}

build {
  name    = "convert"
  sources = ["source.null.disk"]

  provisioner "shell-local" {
    scripts          = ["${path.root}/convert"]
    environment_vars = ["DISK=${var.disk}", "VERSION=${var.version}", "OUTPUT=${var.output}"]
  }
}
