#include "app/process.hpp"

#include <csignal>
#include <cstdio>
#include <dirent.h>
#include <malloc.h>
#include <memory>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/sysinfo.h>
#include <unistd.h>

namespace sluice {
namespace {

void raise_limit(int resource) {
    rlimit limit{};
    if (getrlimit(static_cast<__rlimit_resource>(resource), &limit) != 0) return;
    limit.rlim_cur = limit.rlim_max;
    setrlimit(static_cast<__rlimit_resource>(resource), &limit);
}

std::int64_t microseconds(const timeval& time) {
    return static_cast<std::int64_t>(time.tv_sec) * 1'000'000 + time.tv_usec;
}

std::uint64_t resident_pages() {
    const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen("/proc/self/statm", "re"),
                                                               std::fclose);
    unsigned long size = 0;
    unsigned long resident = 0;
    if (file == nullptr || std::fscanf(file.get(), "%lu %lu", &size, &resident) != 2) return 0;
    return resident;
}

}  // namespace

void harden_process(Hardening hardening) {
    umask(077);
    std::signal(SIGPIPE, SIG_IGN);
    std::signal(SIGXFSZ, SIG_IGN);  // a write beyond the limit is an error, as on a full disk
    raise_limit(RLIMIT_NOFILE);
    if (hardening.allow_core_dumps) {
        raise_limit(RLIMIT_CORE);
        return;
    }
    const rlimit none{0, 0};
    setrlimit(RLIMIT_CORE, &none);
    prctl(PR_SET_DUMPABLE, 0);
}

ProcessFacts measure_process() {
    ProcessFacts facts;
    const struct mallinfo2 heap = mallinfo2();
    facts.allocated_bytes = heap.uordblks + heap.hblkhd;
    facts.resident_bytes = resident_pages() * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
    rusage usage{};
    if (getrusage(RUSAGE_SELF, &usage) == 0) {
        facts.resident_bytes_peak = static_cast<std::uint64_t>(usage.ru_maxrss) * 1024;
        facts.cpu_user_us = microseconds(usage.ru_utime);
        facts.cpu_system_us = microseconds(usage.ru_stime);
    }
    struct sysinfo system{};
    if (sysinfo(&system) == 0) {
        facts.system_memory_bytes = static_cast<std::uint64_t>(system.totalram) * system.mem_unit;
    }
    return facts;
}

FileCount count_open_files() {
    FileCount count;
    rlimit limit{};
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0) count.most = limit.rlim_cur;
    const std::unique_ptr<DIR, int (*)(DIR*)> folder(opendir("/proc/self/fd"), closedir);
    if (folder == nullptr) return count;
    while (readdir(folder.get()) != nullptr)
        ++count.open;
    constexpr std::uint64_t not_ours = 3;  // ".", "..", and the folder itself
    count.open = count.open > not_ours ? count.open - not_ours : 0;
    return count;
}

}  // namespace sluice
