// Macros of X11, Windows, lwIP and Arduino as their headers define them, and names of rights as another program's flags.
// platform_macros.hpp has the lower-case names of more platforms.
#ifndef HOSTILE_MACROS_HPP
#define HOSTILE_MACROS_HPP

#include "system_headers.hpp"

// Xlib.h, X.h
#define None 0L
#define Success 0
#define Always 2
#define Never 0
#define Bool int
#define True 1
#define False 0
#define Status int
#define Unsorted 0
#define Complex 0
#define Above 0
#define Below 1
#define Opposite 4
#define KeyPress 2
#define CursorShape 0
#define FocusIn 9

// windows.h without NOMINMAX, wingdi.h, winnt.h, winuser.h, rpcndr.h
#define min(a, b) (((a) < (b)) ? (a) : (b))
#define max(a, b) (((a) > (b)) ? (a) : (b))
#define ERROR 0
#define DELETE 0x00010000L
#define NO_ERROR 0L
#define IGNORE 0
#define INFINITE 0xFFFFFFFF
#define STRICT 1
#define TRANSPARENT 1
#define OPAQUE 2
#define PASSTHROUGH 19
#define IN
#define OUT
#define OPTIONAL
#define far
#define near
#define small char
#define interface struct
#define GetMessage GetMessageA
#define SendMessage SendMessageA
#define GetObject GetObjectA
#define CreateFile CreateFileA

// lwip/sockets.h
#if __has_include(<unistd.h>)
extern "C" {
int lwip_accept(int, sockaddr*, socklen_t*);
int lwip_bind(int, const sockaddr*, socklen_t);
int lwip_close(int);
int lwip_connect(int, const sockaddr*, socklen_t);
int lwip_listen(int, int);
int lwip_open(const char*, int, int);
int lwip_poll(pollfd*, nfds_t, int);
ssize_t lwip_read(int, void*, std::size_t);
ssize_t lwip_recv(int, void*, std::size_t, int);
int lwip_select(int, fd_set*, fd_set*, fd_set*, timeval*);
ssize_t lwip_send(int, const void*, std::size_t, int);
int lwip_shutdown(int, int);
int lwip_socket(int, int, int);
ssize_t lwip_write(int, const void*, std::size_t);
}
#endif
#define accept(s, a, n) lwip_accept(s, a, n)
#define bind(s, a, n) lwip_bind(s, a, n)
#define close(s) lwip_close(s)
#define connect(s, a, n) lwip_connect(s, a, n)
#define listen(s, n) lwip_listen(s, n)
#define open(p, f, m) lwip_open(p, f, m)
#define poll(f, n, t) lwip_poll(f, n, t)
#define read(s, m, n) lwip_read(s, m, n)
#define recv(s, m, n, f) lwip_recv(s, m, n, f)
#define select(n, r, w, e, t) lwip_select(n, r, w, e, t)
#define send(s, d, n, f) lwip_send(s, d, n, f)
#define shutdown(s, h) lwip_shutdown(s, h)
#define socket(d, t, p) lwip_socket(d, t, p)
#define write(s, d, n) lwip_write(s, d, n)

// Arduino.h, and rights' names as somebody's flags
#define abs(x) ((x) > 0 ? (x) : -(x))
#define round(x) ((x) >= 0 ? (long)((x) + 0.5) : (long)((x) - 0.5))
#define bit(b) (1UL << (b))
#define HIGH 1
#define LOW 0
#define INPUT 0
#define DEFAULT 1
#define INTERNAL 3
#define F(text) text
#define B1 1
#define Select 1
#define Update 2
#define Insert 4
#define Delete 8

#endif
