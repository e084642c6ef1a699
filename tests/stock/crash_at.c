/* crash_at.c — preloaded into the program by crash_test: from its first HTTP reply on it counts what it
 * writes (to files, to the database, to callers), and dies at number CRASH_AT as by kill -9: before that
 * write, or, when CRASH_HALF is set, with half of it written. */
#include <dlfcn.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

static atomic_long written;
static atomic_bool counting;

/* How much of `size` bytes is still to be written before it dies; all of it: it lives. */
static bool dies(void)
{
    const char *at = getenv("CRASH_AT");
    return counting && at && atomic_fetch_add(&written, 1) + 1 == strtol(at, NULL, 10);
}

static size_t half(size_t size)
{
    return getenv("CRASH_HALF") ? size / 2 : 0;
}

static void die(void)
{
    (void)kill(getpid(), SIGKILL);
}

ssize_t pwrite64(int fd, const void *bytes, size_t size, off_t at)
{
    ssize_t (*next)(int, const void *, size_t, off_t) = dlsym(RTLD_NEXT, "pwrite64");
    if (!dies()) return next(fd, bytes, size, at);
    if (half(size)) (void)next(fd, bytes, half(size), at);
    die();
    return -1;
}

int fsync(int fd)
{
    int (*next)(int) = dlsym(RTLD_NEXT, "fsync");
    if (dies()) die();
    return next(fd);
}

int fdatasync(int fd)
{
    int (*next)(int) = dlsym(RTLD_NEXT, "fdatasync");
    if (dies()) die();
    return next(fd);
}

ssize_t send(int fd, const void *bytes, size_t size, int flags)
{
    ssize_t (*next)(int, const void *, size_t, int) = dlsym(RTLD_NEXT, "send");
    bool dead                                       = dies();
    if (!counting && size > 5 && memcmp(bytes, "HTTP/", 5) == 0) counting = true;
    if (!dead) return next(fd, bytes, size, flags);
    if (half(size)) (void)next(fd, bytes, half(size), flags);
    die();
    return -1;
}

ssize_t sendmsg(int fd, const struct msghdr *message, int flags)
{
    ssize_t (*next)(int, const struct msghdr *, int) = dlsym(RTLD_NEXT, "sendmsg");
    bool dead                                        = dies();
    if (!counting && message->msg_iovlen && message->msg_iov[0].iov_len > 5
        && memcmp(message->msg_iov[0].iov_base, "HTTP/", 5) == 0)
        counting = true;
    if (dead) die();
    return next(fd, message, flags);
}

ssize_t writev(int fd, const struct iovec *parts, int count)
{
    ssize_t (*next)(int, const struct iovec *, int) = dlsym(RTLD_NEXT, "writev");
    bool dead                                       = dies();
    if (!counting && count && parts[0].iov_len > 5 && memcmp(parts[0].iov_base, "HTTP/", 5) == 0)
        counting = true;
    if (dead) die();
    return next(fd, parts, count);
}
