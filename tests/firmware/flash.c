/* flash.c - what the linker script of the firmware names, for a program of this machine. The firmware sees both as constants. */
_Alignas(4096) char provisioned[4096];
_Alignas(4096) char token_sectors[2 * 4096];
