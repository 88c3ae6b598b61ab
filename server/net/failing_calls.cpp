// For tests, loaded into chatos-server by LD_PRELOAD: makes system calls fail in ways that a test cannot cause on a
// shared machine. It makes the calls itself, so it works with sanitizers, too.
//
// CHATOS_FAILING_CALL="accept|send|recv ERRNO WELL FAILING": after WELL successful calls, FAILING calls fail with
// ERRNO. CHATOS_REFUSED_CALLS="ACCEPTS ERRNO NUMBER...": once so many connections are accepted, or at once for 0, the
// system itself refuses the calls with these numbers to the thread (seccomp). CHATOS_WALL_CLOCK=jumps: each reading of
// the wall clock is decades away from the one before.
#include <atomic>
#include <cerrno>
#include <cstddef>
#include <cstdlib>
#include <ctime>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <sstream>
#include <string>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <vector>

namespace {

struct plan {
    std::string call;
    int error{0};
    int well{0};
    int failing{0};
};

const plan& active_plan() {
    static const plan environment_plan = [] {
        plan parsed;
        if (const char* text = std::getenv("CHATOS_FAILING_CALL")) {
            std::istringstream{text} >> parsed.call >> parsed.error >> parsed.well >> parsed.failing;
        }
        return parsed;
    }();
    return environment_plan;
}

// Only calls that would have succeeded count: a loop may poll any number of times.
bool fails_now(const char* call) {
    static std::atomic<int> calls{0};
    if (active_plan().call != call) {
        return false;
    }
    const int number = calls.fetch_add(1);
    return number >= active_plan().well && number < active_plan().well + active_plan().failing;
}

bool is_ready(int socket) {
    ::pollfd entry{.fd = socket, .events = POLLIN, .revents = 0};
    const ::timespec at_once{};
    return ::syscall(SYS_ppoll, &entry, 1, &at_once, nullptr, 0) == 1;
}

struct refusal {
    int accepts{-1};  // -1: refuse nothing
    unsigned error{0};
    std::vector<unsigned> calls;
};

const refusal& active_refusal() {
    static const refusal environment_refusal = [] {
        refusal parsed;
        if (const char* text = std::getenv("CHATOS_REFUSED_CALLS")) {
            std::istringstream words{text};
            words >> parsed.accepts >> parsed.error;
            for (unsigned number = 0; words >> number;) {
                parsed.calls.push_back(number);
            }
        }
        return parsed;
    }();
    return environment_refusal;
}

// For this thread and those that it starts, forever.
void refuse_calls() {
    std::vector<::sock_filter> filter{BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(::seccomp_data, nr))};
    for (const unsigned number : active_refusal().calls) {
        filter.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, number, 0, 1));
        filter.push_back(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | active_refusal().error));
    }
    filter.push_back(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW));
    const ::sock_fprog program{.len = static_cast<unsigned short>(filter.size()), .filter = filter.data()};
    if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0) {
        std::abort();
    }
}

void refuse_calls_after(int accepts) {
    if (active_refusal().accepts == accepts) {
        refuse_calls();
    }
}

[[gnu::constructor]] void refuse_calls_at_once() {
    refuse_calls_after(0);
}

ssize_t fail() {
    errno = active_plan().error;
    return -1;
}

}  // namespace

extern "C" {

int accept4(int listener, sockaddr* address, socklen_t* size, int flags) {
    if (!is_ready(listener) || !fails_now("accept")) {
        static std::atomic<int> accepted{0};
        const auto socket = static_cast<int>(::syscall(SYS_accept4, listener, address, size, flags));
        if (socket >= 0) {
            refuse_calls_after(accepted.fetch_add(1) + 1);
        }
        return socket;
    }
    if (active_plan().error == ECONNABORTED) {  // the connection is gone then
        ::syscall(SYS_close, ::syscall(SYS_accept4, listener, address, size, flags));
    }
    return static_cast<int>(fail());
}

int accept(int listener, sockaddr* address, socklen_t* size) {
    return accept4(listener, address, size, 0);
}

ssize_t send(int socket, const void* bytes, size_t count, int flags) {
    return fails_now("send") ? fail() : ::syscall(SYS_sendto, socket, bytes, count, flags, nullptr, 0);
}

ssize_t sendmsg(int socket, const msghdr* message, int flags) {
    return fails_now("send") ? fail() : ::syscall(SYS_sendmsg, socket, message, flags);
}

ssize_t recv(int socket, void* bytes, size_t count, int flags) {
    return is_ready(socket) && fails_now("recv")
               ? fail()
               : ::syscall(SYS_recvfrom, socket, bytes, count, flags, nullptr, nullptr);
}

int clock_gettime(clockid_t clock, timespec* time) noexcept {
    const auto result = static_cast<int>(::syscall(SYS_clock_gettime, clock, time));
    static const bool jumps = std::getenv("CHATOS_WALL_CLOCK") != nullptr;
    if (jumps && clock == CLOCK_REALTIME) {
        static std::atomic<unsigned> readings{0};
        constexpr time_t decades = 60L * 365 * 86'400;
        time->tv_sec += readings.fetch_add(1) % 2 == 0 ? decades : -decades;
    }
    return result;
}

}  // extern "C"
