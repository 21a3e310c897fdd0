#include "simulation/sim_disk.hpp"

#include <algorithm>
#include <cstdio>
#include <utility>

namespace sluice::testing {

namespace {

constexpr std::uint64_t sector_size = 512;

std::uint64_t sectors_of(std::uint64_t bytes) {
    return (bytes + sector_size - 1) / sector_size;
}

// Which sectors of a torn write reached the device. A handful of shapes finds what tears can do;
// small writes and random choosers get every combination.
std::vector<bool> surviving_sectors(std::uint64_t count, Chooser& chooser) {
    std::vector<bool> survives(count, false);
    constexpr std::uint64_t shapes = 7;
    const bool each = count <= 2 || (!chooser.is_exhaustive() && chooser.choose(3) == 0);
    if (each) {
        for (std::uint64_t i = 0; i < count; ++i)
            survives[i] = chooser.choose(2) == 1;
        return survives;
    }
    const std::uint64_t shape = chooser.choose(shapes);
    for (std::uint64_t i = 0; i < count; ++i) {
        const bool in_shape[shapes] = {
            false,           // nothing came through
            true,            // all of it
            i == 0,          // the first only
            i != 0,          // all but the first
            i + 1 == count,  // the last only
            i + 1 != count,  // all but the last
            i % 2 == 0,      // every other one
        };
        survives[i] = in_shape[shape];
    }
    return survives;
}

void put(std::string& bytes, std::uint64_t offset, std::string_view part) {
    if (bytes.size() < offset + part.size()) bytes.resize(offset + part.size(), '\0');
    bytes.replace(offset, part.size(), part);
}

}  // namespace

std::string_view name_of(DiskOperation operation) {
    constexpr std::string_view names[] = {
        "open",  "create",        "rename",         "remove", "list", "sync_directory",
        "write", "write_durable", "write_uncached", "sync",   "read", "truncate"};
    return names[static_cast<std::size_t>(operation)];
}

// --- faults -------------------------------------------------------------------------------------

SimDisk::Begun SimDisk::planned_fault(DiskOperation operation) {
    for (auto fault = faults_.begin(); fault != faults_.end(); ++fault) {
        if (fault->operation.has_value() && *fault->operation != operation) continue;
        const bool takes_space = operation != DiskOperation::read &&
                                 operation != DiskOperation::open &&
                                 operation != DiskOperation::list;
        if (fault->code == Errc::limit && !takes_space) continue;
        if (fault->pass > 0) {
            --fault->pass;
            continue;
        }
        const Errc code = fault->code;
        ++faults_hit_;
        if (!fault->is_sticky) faults_.erase(fault);
        return {.verdict = Verdict::fail, .code = code};
    }
    return {};
}

SimDisk::Begun SimDisk::decide(DiskOperation operation) {
    if (crash_at_.has_value() && operations_ > *crash_at_) {
        has_power_ = false;
        return {.verdict = Verdict::power_goes, .code = Errc::closed};
    }
    return planned_fault(operation);
}

SimDisk::Begun SimDisk::begin(DiskOperation operation, std::uint64_t detail, std::uint64_t size) {
    if (!has_power_) return {.verdict = Verdict::no_power, .code = Errc::closed};
    ++operations_;
    trace_.add(static_cast<std::uint64_t>(operation));
    trace_.add(detail);
    trace_.add(size);
    const Begun begun = decide(operation);
    if (shows_) {
        constexpr const char* ends[] = {"", " FAILS", " THE POWER GOES", ""};
        std::printf("    disk: %s inode %llu size %llu%s\n",
                    std::string(name_of(operation)).c_str(),
                    static_cast<unsigned long long>(detail), static_cast<unsigned long long>(size),
                    ends[static_cast<std::size_t>(begun.verdict)]);
    }
    return begun;
}

Error SimDisk::failure(const Begun& begun, DiskOperation operation) {
    const auto words = begun.code == Errc::closed  ? ": no power"
                       : begun.code == Errc::limit ? ": no space left (simulated)"
                                                   : ": input/output error (simulated)";
    return Error{begun.code, std::string(name_of(operation)) + words};
}

std::uint64_t SimDisk::used_bytes() const {
    std::uint64_t used = 0;
    for (const auto& [number, inode] : inodes_)
        used += inode.current.size();
    return used;
}

// --- crashes ------------------------------------------------------------------------------------

void SimDisk::apply(const Change& change, std::string& bytes) {
    if (change.is_truncation) {
        bytes.resize(change.offset, '\0');
    } else {
        put(bytes, change.offset, change.bytes);
    }
}

void SimDisk::apply(const FolderChange& change, Names& names) {
    const auto old = names.find(change.unlinked);
    if (old != names.end() && old->second == change.inode) names.erase(old);
    if (!change.linked.empty()) names[change.linked] = change.inode;
}

void SimDisk::settle(Inode& inode, Chooser& chooser) {
    std::uint64_t grown_size = inode.durable.size();
    for (const auto& change : inode.pending) {
        if (change.is_truncation) {
            if (chooser.choose(2) == 1) apply(change, inode.durable);
            continue;
        }
        grown_size = std::max(grown_size, change.offset + change.bytes.size());
        // Sectors are those of the file, which need not be those of the write.
        const std::uint64_t first = change.offset / sector_size;
        const std::uint64_t end = change.offset + change.bytes.size();
        const auto survives = surviving_sectors(sectors_of(end) - first, chooser);
        for (std::uint64_t i = 0; i < survives.size(); ++i) {
            if (!survives[i]) continue;
            const std::uint64_t from = std::max(change.offset, (first + i) * sector_size);
            const std::uint64_t to = std::min(end, (first + i + 1) * sector_size);
            put(inode.durable, from,
                std::string_view(change.bytes).substr(from - change.offset, to - from));
        }
    }
    // The size may have grown before the data came.
    if (grown_size > inode.durable.size() && chooser.choose(2) == 1) {
        inode.durable.resize(grown_size, '\0');
    }
    inode.pending.clear();
    inode.current = inode.durable;
}

void SimDisk::settle(Folder& folder, Chooser& chooser) {
    if (!folder.pending.empty()) {
        // Most file systems keep a prefix of the changes; POSIX promises no more than a subset.
        const bool keeps_prefix = chooser.choose(2) == 0;
        const auto prefix = keeps_prefix ? chooser.choose(folder.pending.size() + 1) : 0;
        for (std::size_t i = 0; i < folder.pending.size(); ++i) {
            const bool survives = keeps_prefix ? i < prefix : chooser.choose(2) == 1;
            if (survives) apply(folder.pending[i], folder.durable);
        }
    }
    folder.pending.clear();
    folder.current = folder.durable;
}

void SimDisk::crash(Chooser& chooser) {
    for (auto& [path, folder] : folders_)
        settle(folder, chooser);
    for (auto& [number, inode] : inodes_)
        inode.open_files = 0;
    collect_garbage();
    for (auto& [number, inode] : inodes_)
        settle(inode, chooser);
    has_power_ = true;
    crash_at_.reset();
    trace_.add("crash");
}

void SimDisk::restart_process() {
    for (auto& [number, inode] : inodes_)
        inode.open_files = 0;
    collect_garbage();
    has_power_ = true;
    crash_at_.reset();
    trace_.add("restart");
}

void SimDisk::collect_garbage() {
    std::erase_if(inodes_, [this](const auto& item) {
        if (item.second.open_files > 0) return false;
        const auto holds = [&](const Names& names) {
            return std::ranges::any_of(names,
                                       [&](const auto& name) { return name.second == item.first; });
        };
        return std::ranges::none_of(folders_, [&](const auto& folder) {
            const auto& [current, durable, pending] = folder.second;
            return holds(current) || holds(durable) ||
                   std::ranges::any_of(pending, [&](const FolderChange& change) {
                       return change.inode == item.first;
                   });
        });
    });
}

// --- at rest ------------------------------------------------------------------------------------

std::vector<std::string> SimDisk::names_at_rest() const {
    std::vector<std::string> names;
    for (const auto& [name, inode] : folders_.at("").current)
        names.push_back(name);
    return names;
}

std::string SimDisk::bytes_at_rest(const std::string& name) const {
    return inodes_.at(folders_.at("").current.at(name)).current;
}

void SimDisk::replace_at_rest(const std::string& name, std::string bytes) {
    auto& root = folders_.at("");
    const auto [place, is_new] = root.current.try_emplace(name, next_inode_);
    if (is_new) ++next_inode_;
    root.durable[name] = place->second;
    auto& inode = inodes_[place->second];
    inode.current = bytes;
    inode.durable = std::move(bytes);
    inode.pending.clear();
}

void SimDisk::remove_at_rest(const std::string& name) {
    folders_.at("").current.erase(name);
    folders_.at("").durable.erase(name);
    collect_garbage();
}

std::optional<SimDisk::FlippedBit> SimDisk::flip_bit(Chooser& chooser) {
    std::vector<std::pair<std::string, InodeNumber>> files;
    for (const auto& [name, number] : folders_.at("").current) {
        const auto& inode = inodes_.at(number);
        if (!inode.current.empty() && !inode.durable.empty()) files.emplace_back(name, number);
    }
    if (files.empty()) return std::nullopt;
    const auto& [name, number] = files[chooser.choose(files.size())];
    auto& inode = inodes_.at(number);
    const auto offset = chooser.choose(std::min(inode.current.size(), inode.durable.size()));
    const auto mask = static_cast<char>(1U << chooser.choose(8));
    inode.current[offset] = static_cast<char>(inode.current[offset] ^ mask);
    inode.durable[offset] = static_cast<char>(inode.durable[offset] ^ mask);
    trace_.add(offset);
    return FlippedBit{.name = name, .offset = offset};
}

// --- folders ------------------------------------------------------------------------------------

namespace {

Error missing(const std::string& name) {
    return Error{Errc::not_found, "open " + name + ": no such file"};
}

}  // namespace

Result<void> SimDisk::change_folder(const std::string& folder_name, DiskOperation operation,
                                    FolderChange change) {
    const Begun begun = begin(operation, change.inode, 0);
    if (begun.verdict == Verdict::fail || begun.verdict == Verdict::no_power) {
        return failure(begun, operation);
    }
    auto& folder = folders_.at(folder_name);
    apply(change, folder.current);
    folder.pending.push_back(std::move(change));
    collect_garbage();
    if (begun.verdict == Verdict::power_goes) return failure(begun, operation);
    return {};
}

Result<SimDisk::InodeNumber> SimDisk::open(const std::string& folder_name,
                                           const std::string& name) {
    const Begun begun = begin(DiskOperation::open, name.size(), 0);
    if (begun.verdict != Verdict::proceed) return failure(begun, DiskOperation::open);
    const auto& folder = folders_.at(folder_name);
    const auto found = folder.current.find(name);
    if (found == folder.current.end()) return missing(name);
    ++inodes_.at(found->second).open_files;
    return found->second;
}

Result<SimDisk::InodeNumber> SimDisk::create(const std::string& folder_name,
                                             const std::string& name) {
    if (folders_.at(folder_name).current.contains(name)) {
        return Error{Errc::exists, "create " + name + ": file exists"};
    }
    const InodeNumber number = next_inode_++;
    inodes_[number].open_files = 1;
    const auto result = change_folder(folder_name, DiskOperation::create,
                                      {.unlinked = {}, .linked = name, .inode = number});
    if (!result.has_value()) {
        close(number);
        return result.error();
    }
    return number;
}

Result<void> SimDisk::rename(const std::string& folder_name, const std::string& from,
                             const std::string& to) {
    const auto& folder = folders_.at(folder_name);
    const auto found = folder.current.find(from);
    if (found == folder.current.end()) return missing(from);
    return change_folder(folder_name, DiskOperation::rename,
                         {.unlinked = from, .linked = to, .inode = found->second});
}

Result<void> SimDisk::remove(const std::string& folder_name, const std::string& name) {
    const auto& folder = folders_.at(folder_name);
    const auto found = folder.current.find(name);
    if (found == folder.current.end()) return missing(name);
    return change_folder(folder_name, DiskOperation::remove,
                         {.unlinked = name, .linked = {}, .inode = found->second});
}

Result<std::vector<std::string>> SimDisk::list(const std::string& folder_name) {
    const Begun begun = begin(DiskOperation::list, 0, 0);
    if (begun.verdict != Verdict::proceed) return failure(begun, DiskOperation::list);
    std::vector<std::string> names;
    for (const auto& [name, inode] : folders_.at(folder_name).current)
        names.push_back(name);
    return names;
}

Result<void> SimDisk::sync_directory(const std::string& folder_name) {
    auto& folder = folders_.at(folder_name);
    const Begun begun = begin(DiskOperation::sync_directory, folder.pending.size(), 0);
    if (begun.verdict != Verdict::proceed) return failure(begun, DiskOperation::sync_directory);
    for (const auto& change : folder.pending)
        apply(change, folder.durable);
    folder.pending.clear();
    collect_garbage();
    return {};
}

Result<void> SimDisk::make_folder(const std::string& path) {
    const Begun begun = begin(DiskOperation::create, path.size(), 0);
    if (begun.verdict != Verdict::proceed) return failure(begun, DiskOperation::create);
    folders_.try_emplace(path);
    return {};
}

void SimDisk::close(InodeNumber number) {
    const auto inode = inodes_.find(number);
    if (inode == inodes_.end() || inode->second.open_files == 0) return;
    if (--inode->second.open_files == 0) collect_garbage();
}

// --- files --------------------------------------------------------------------------------------

std::uint64_t SimDisk::bytes_that_fit(const Inode& inode, const Change& change) const {
    const std::uint64_t end = change.offset + change.bytes.size();
    if (end <= inode.current.size()) return change.bytes.size();
    const std::uint64_t used = used_bytes();
    const std::uint64_t size_max = inode.current.size() + (quota_ > used ? quota_ - used : 0);
    if (end <= size_max) return change.bytes.size();
    return size_max > change.offset ? size_max - change.offset : 0;
}

Result<void> SimDisk::write_pending(DiskOperation operation, InodeNumber number, Change change) {
    Begun begun = begin(operation, number, change.bytes.size());
    if (begun.verdict == Verdict::no_power) return failure(begun, operation);
    auto& inode = inodes_.at(number);
    const std::uint64_t fitting = bytes_that_fit(inode, change);
    if (fitting < change.bytes.size()) begun = {.verdict = Verdict::fail, .code = Errc::limit};
    // A write that fails has come as far as it has: a first part of it is there.
    if (begun.verdict != Verdict::proceed) change.bytes.resize(random_.below(fitting + 1));
    apply(change, inode.current);
    inode.pending.push_back(std::move(change));
    if (begun.verdict != Verdict::proceed) return failure(begun, operation);
    return {};
}

Result<void> SimDisk::write(InodeNumber number, std::uint64_t offset, std::string_view bytes) {
    return write_pending(DiskOperation::write, number,
                         {.offset = offset, .bytes = std::string(bytes)});
}

Result<void> SimDisk::write_uncached(InodeNumber number, std::uint64_t offset,
                                     std::string_view bytes) {
    return write_pending(DiskOperation::write_uncached, number,
                         {.is_uncached = true, .offset = offset, .bytes = std::string(bytes)});
}

Result<void> SimDisk::write_durable(InodeNumber number, std::uint64_t offset,
                                    std::string_view bytes) {
    Begun begun = begin(DiskOperation::write_durable, number, bytes.size());
    if (begun.verdict == Verdict::no_power) return failure(begun, DiskOperation::write_durable);
    auto& inode = inodes_.at(number);
    Change change{.offset = offset, .bytes = std::string(bytes)};
    const std::uint64_t fitting = bytes_that_fit(inode, change);
    if (fitting < bytes.size()) begun = {.verdict = Verdict::fail, .code = Errc::limit};
    if (begun.verdict == Verdict::fail) change.bytes.resize(random_.below(fitting + 1));
    apply(change, inode.current);
    if (begun.verdict == Verdict::power_goes) {
        inode.pending.push_back(std::move(change));  // crash() tears it
        return failure(begun, DiskOperation::write_durable);
    }
    make_durable_before(inode, change);
    apply(change, inode.durable);
    if (begun.verdict == Verdict::fail) return failure(begun, DiskOperation::write_durable);
    return {};
}

// A durable write goes to the device behind the older changes of the same bytes, and needs the
// size of the file as the truncations left it; what else is pending stays so.
void SimDisk::make_durable_before(Inode& inode, const Change& change) {
    const std::uint64_t end = change.offset + change.bytes.size();
    std::size_t count = 0;
    for (std::size_t i = 0; i < inode.pending.size(); ++i) {
        const auto& older = inode.pending[i];
        const bool overlaps =
            older.offset < end && change.offset < older.offset + older.bytes.size();
        if (older.is_truncation || overlaps) count = i + 1;
    }
    for (std::size_t i = 0; i < count; ++i)
        apply(inode.pending[i], inode.durable);
    inode.pending.erase(inode.pending.begin(),
                        inode.pending.begin() + static_cast<std::ptrdiff_t>(count));
}

Result<void> SimDisk::sync(InodeNumber number) {
    const Begun begun = begin(DiskOperation::sync, number, 0);
    if (begun.verdict == Verdict::no_power) return failure(begun, DiskOperation::sync);
    auto& inode = inodes_.at(number);
    if (begun.verdict == Verdict::proceed) {
        for (const auto& change : inode.pending)
            apply(change, inode.durable);
        inode.pending.clear();
        return {};
    }
    if (begun.verdict == Verdict::fail) {
        // Some of it reached the device; the rest counts as clean and is never written again. What
        // the device had already, it keeps for the next sync.
        std::erase_if(inode.pending, [&](const Change& change) {
            if (random_.one_in(2)) apply(change, inode.durable);
            return !change.is_uncached;
        });
    }
    return failure(begun, DiskOperation::sync);
}

Result<std::size_t> SimDisk::read(InodeNumber number, std::uint64_t offset, std::span<char> out) {
    const Begun begun = begin(DiskOperation::read, number, out.size());
    if (begun.verdict != Verdict::proceed) return failure(begun, DiskOperation::read);
    const auto& bytes = inodes_.at(number).current;
    if (offset >= bytes.size()) return std::size_t{0};
    const auto size = std::min<std::uint64_t>(out.size(), bytes.size() - offset);
    std::copy_n(bytes.data() + offset, size, out.data());
    return static_cast<std::size_t>(size);
}

Result<std::uint64_t> SimDisk::size(InodeNumber number) {
    if (!has_power_) return failure({Verdict::no_power, Errc::closed}, DiskOperation::read);
    return inodes_.at(number).current.size();
}

Result<void> SimDisk::truncate(InodeNumber number, std::uint64_t size) {
    const Begun begun = begin(DiskOperation::truncate, number, size);
    if (begun.verdict == Verdict::no_power || begun.verdict == Verdict::fail) {
        return failure(begun, DiskOperation::truncate);
    }
    auto& inode = inodes_.at(number);
    Change change{.is_truncation = true, .offset = size, .bytes = {}};
    apply(change, inode.current);
    inode.pending.push_back(std::move(change));
    if (begun.verdict == Verdict::power_goes) return failure(begun, DiskOperation::truncate);
    return {};
}

void SimDisk::drop_cache(InodeNumber number) {
    if (!has_power_) return;
    auto& inode = inodes_.at(number);
    // What a failed sync left behind is clean to the kernel, and gone when its pages go.
    inode.current = inode.durable;
    for (const auto& change : inode.pending)
        apply(change, inode.current);
}

}  // namespace sluice::testing
