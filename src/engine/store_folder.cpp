#include "engine/store_folder.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>
#include <optional>

#include "engine/checkpoint_file.hpp"
#include "journal/crc32c.hpp"
#include "journal/segment.hpp"

namespace sluice {

namespace {

constexpr std::string_view format_name = "FORMAT";
constexpr std::string_view line_begin = "sluice data folder, format ";
constexpr std::string_view line_middle = ", store ";
constexpr std::string_view line_end = ", check ";
constexpr std::size_t format_bytes_max = 256;

// The check is of the line in front of it: a wrong store number would make every other file look
// like a stranger's.
std::string format_line(std::uint64_t store) {
    std::array<char, 17> digits{};
    std::snprintf(digits.data(), digits.size(), "%016llx", static_cast<unsigned long long>(store));
    std::string line = std::string(line_begin) + std::to_string(journal_format) +
                       std::string(line_middle) + digits.data();
    std::array<char, 9> check{};
    std::snprintf(check.data(), check.size(), "%08x", crc32c(line));
    return line + std::string(line_end) + check.data() + "\n";
}

// The number that `text` begins with, which is cut off.
std::optional<std::uint64_t> take_number(std::string_view& text, int base) {
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, base);
    if (error != std::errc{}) return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    return number;
}

Result<std::uint64_t> parse_format(std::string_view line) {
    const Error unreadable{Errc::corrupt,
                           "the file FORMAT of the data folder is damaged: it should say \"sluice "
                           "data folder, format 1, store <16 hex digits>, check <8 hex digits>\""};
    std::string_view text = line;
    if (!text.starts_with(line_begin)) return unreadable;
    text.remove_prefix(line_begin.size());
    const auto format = take_number(text, 10);
    if (!format) return unreadable;
    if (*format > journal_format) {
        return Error{Errc::unsupported, "the data folder has format " + std::to_string(*format) +
                                            ", this program knows up to " +
                                            std::to_string(journal_format) +
                                            "; nothing was touched"};
    }
    if (!text.starts_with(line_middle)) return unreadable;
    text.remove_prefix(line_middle.size());
    const auto store = take_number(text, 16);
    if (!store || line != format_line(*store)) return unreadable;
    return *store;
}

Result<std::optional<std::uint64_t>> read_format(FileSystem& files) {
    const auto file = files.open(format_name, FileSystem::Access::read);
    if (!file) {
        if (file.error().code == Errc::not_found) return std::optional<std::uint64_t>();
        return file.error();
    }
    std::string text(format_bytes_max, '\0');
    SLUICE_TRY_ASSIGN(const std::size_t got, (*file)->read_at(0, text));
    text.resize(got);
    SLUICE_TRY_ASSIGN(const std::uint64_t store, parse_format(text));
    return std::optional<std::uint64_t>(store);
}

Result<void> write_format(FileSystem& files, std::uint64_t store) {
    const std::string temporary = std::string(format_name) + ".tmp";
    SLUICE_TRY_ASSIGN(const auto file, files.create(temporary));
    SLUICE_TRY(file->write_at(0, format_line(store)));
    SLUICE_TRY(file->sync());
    SLUICE_TRY(files.rename(temporary, format_name));
    return files.sync_directory();
}

std::uint64_t size_of(FileSystem& files, const std::string& name) {
    const auto file = files.open(name, FileSystem::Access::read);
    if (!file) return 0;
    return (*file)->size().value_or(0);
}

bool is_known(const std::string& name) {
    return name == format_name || name == "LOCK" || parse_segment_file_name(name).has_value();
}

Result<void> sort_files(FileSystem& files, const std::vector<std::string>& names,
                        StoreFolder& folder) {
    for (const std::string& name : names) {
        if (const auto position = parse_checkpoint_file_name(name)) {
            folder.checkpoints.push_back(*position);
        } else if (name.starts_with("spare-") && name.ends_with(".log")) {
            folder.spares.push_back({name, size_of(files, name)});
        } else if (name == "reserve") {
            folder.reserve_bytes = size_of(files, name);
        } else if (!is_known(name) && !name.ends_with(".tmp")) {
            folder.notes.push_back("the data folder holds a file that is not ours: " + name);
        }
    }
    std::ranges::sort(folder.checkpoints);
    return {};
}

}  // namespace

Result<StoreFolder> inspect_store_folder(FileSystem& files) {
    StoreFolder folder;
    SLUICE_TRY_ASSIGN(const auto names, files.list());
    SLUICE_TRY_ASSIGN(const auto store, read_format(files));
    if (!store) {
        return Error{Errc::not_found,
                     "there is no store in " + files.describe() + ": it has no file FORMAT"};
    }
    folder.store = *store;
    SLUICE_TRY(sort_files(files, names, folder));
    return folder;
}

Result<StoreFolder> open_store_folder(FileSystem& files, std::uint64_t new_store) {
    SLUICE_TRY_ASSIGN(const auto names, files.list());
    SLUICE_TRY_ASSIGN(const auto store, read_format(files));
    // What a crash left half made, our own FORMAT included.
    for (const std::string& name : names) {
        if (name.ends_with(".tmp")) SLUICE_TRY(files.remove(name));
    }
    if (!store) {
        const bool has_journal = std::ranges::any_of(
            names, [](const auto& name) { return parse_segment_file_name(name).has_value(); });
        if (has_journal) {
            return Error{Errc::corrupt,
                         "the data folder has a journal but no file FORMAT; restore the file, or "
                         "choose another folder"};
        }
        SLUICE_TRY(write_format(files, new_store));
    }
    StoreFolder folder;
    folder.store = store.value_or(new_store);
    SLUICE_TRY(sort_files(files, names, folder));
    return folder;
}

}  // namespace sluice
