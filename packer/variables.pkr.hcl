# What a build of the images may be told; packer/build gives what has no default.

variable "disk" {
  type        = string
  description = "The qcow2 disk that image-build made."
}

variable "version" {
  type        = string
  description = "Its version, three numbers."
}

variable "output" {
  type        = string
  description = "Folder for the images; anew for each build."
}

variable "scratch" {
  type        = string
  description = "Folder for the machine that is checked; it is removed with all that it has become."
}

variable "firmware" {
  type        = string
  description = "Folder with OVMF_CODE_4M.fd and OVMF_VARS_4M.fd."
  default     = "/usr/share/OVMF"
}

variable "accelerator" {
  type        = string
  description = "tcg runs everywhere; kvm is quicker where stock kernels run on it."
  default     = "tcg"
}

variable "cpu" {
  type        = string
  description = "The processor; without five-level page tables, whose emulation is slow."
  default     = "max,la57=off"
}

variable "port" {
  type        = number
  description = "Port of the loopback address that leads to the machine's port 443 while it is checked."
  default     = 18443
}
