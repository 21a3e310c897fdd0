#include "app/command_check.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cinttypes>
#include <cstdio>
#include <memory>
#include <optional>

#include "cli/table.hpp"
#include "cli/terminal.hpp"
#include "engine/key_record.hpp"
#include "engine/record_kind.hpp"
#include "engine/store_audit.hpp"
#include "io/data_folder.hpp"

namespace sluice {
namespace {

constexpr const char* check_help = R"(
Reads every byte of the journal and the checkpoints and compares checksums. Nothing is changed; the
folder must not be in use. Bytes of a torn tail are normal after a crash: nobody was told that they
are safe.

Examples:
  sluice check ./sluice-data
  sluice check ./sluice-data --json

Exit codes: 0 intact, 1 damaged, 64 usage, 70 no data folder, or it cannot be read, 73 in use,
76 a newer format.
)";

constexpr const char* dump_help = R"(
Prints every record of the journal, oldest first: file, byte, kind, key number, what it says.

Examples:
  sluice dump ./sluice-data | less
  sluice dump ./sluice-data --json | jq 'select(.kind == "entry")'

Exit codes: as those of sluice check.
)";

struct FolderOptions {
    std::string folder;
    bool is_json = false;
};

std::string_view name_of(RecordKind kind) {
    switch (kind) {
        case RecordKind::key_created:
            return "key_created";
        case RecordKind::key_removed:
            return "key_removed";
        case RecordKind::key_renamed:
            return "key_renamed";
        case RecordKind::key_expiry:
            return "key_expiry";
        case RecordKind::key_durability:
            return "key_durability";
        case RecordKind::tenant_flushed:
            return "tenant_flushed";
        case RecordKind::document_effect:
            return "document_effect";
        case RecordKind::stream_effect:
            return "stream_effect";
        case RecordKind::entry:
            return "entry";
        case RecordKind::entry_moved:
            return "entry_moved";
        case RecordKind::clock:
            return "clock";
    }
    return "unknown";
}

std::string describe(const RecordView& record) {
    switch (static_cast<RecordKind>(record.tag.kind)) {
        case RecordKind::key_created: {
            const auto created = decode_key_created(record.body);
            return created ? "name " + std::string(created->name) : "";
        }
        case RecordKind::key_renamed: {
            const auto renamed = decode_key_renamed(record.body);
            return renamed ? "to " + std::string(renamed->name) : "";
        }
        case RecordKind::entry:
        case RecordKind::entry_moved: {
            const auto head = read_entry_head(record.body);
            return head ? "id " + head->id.text() + ", " + std::to_string(head->elements / 2) +
                              " fields"
                        : "";
        }
        default:
            return "";
    }
}

// A folder that nobody writes to while we read.
Result<DataFolder> open_quiet_folder(const std::string& path) {
    constexpr std::string_view format_file = "FORMAT";  // docs/formats: every data folder has it
    return find_data_folder(path, format_file);
}

void print_list(const char* name, const std::vector<std::string>& lines) {
    std::printf(",\"%s\":[", name);
    for (std::size_t i = 0; i < lines.size(); ++i) {
        std::printf("%s%s", i == 0 ? "" : ",", json_text(lines[i]).c_str());
    }
    std::printf("]");
}

void print_json(const StoreAudit& audit) {
    std::printf("{\"intact\":%s,\"segments\":%" PRIu64 ",\"bytes\":%" PRIu64 ",\"batches\":%" PRIu64
                ",\"records\":%" PRIu64 ",\"checkpoints\":%" PRIu64 ",\"torn_bytes\":%" PRIu64,
                audit.is_intact() ? "true" : "false", audit.segments, audit.bytes, audit.batches,
                audit.records, audit.checkpoints, audit.torn_bytes);
    print_list("damages", audit.damages);
    print_list("notes", audit.notes);
    std::printf("}\n");
}

void print_text(const StoreAudit& audit, const Terminal& terminal) {
    std::printf("segments     %" PRIu64 " (%" PRIu64 " bytes)\nbatches      %" PRIu64
                "\nrecords      %" PRIu64 "\ncheckpoints  %" PRIu64 "\ntorn tail    %" PRIu64
                " bytes\n",
                audit.segments, audit.bytes, audit.batches, audit.records, audit.checkpoints,
                audit.torn_bytes);
    for (const auto& note : audit.notes)
        std::printf("note         %s\n", shown(note).c_str());
    for (const auto& damage : audit.damages) {
        std::printf("%s      %s\n", terminal.painted("damage ", Colour::red).c_str(),
                    shown(damage).c_str());
    }
    const auto verdict = audit.is_intact() ? terminal.painted("intact", Colour::green)
                                           : terminal.painted("damaged", Colour::red);
    std::printf("result       %s\n", verdict.c_str());
}

ExitCode run_check(const FolderOptions& options) {
    const auto folder = open_quiet_folder(options.folder);
    if (!folder) return fail(exit_code_of(folder.error()), folder.error().message);
    std::optional<ProgressBar> bar;
    AuditObserver observer;
    observer.progress = [&bar](const std::string&, std::uint64_t done, std::uint64_t total) {
        if (!bar) bar.emplace("segments checked", total);
        bar->advance(done);
    };
    const auto audit = audit_store(*folder->files, observer);
    bar.reset();
    if (!audit) return fail(exit_code_of(audit.error()), audit.error().message);
    if (options.is_json) {
        print_json(*audit);
    } else {
        print_text(*audit, Terminal::of_stdout());
    }
    return audit->is_intact() ? ExitCode::done : ExitCode::failed;
}

void print_record(const FolderOptions& options, const std::string& file, std::uint64_t offset,
                  const RecordView& record) {
    const std::string kind(name_of(static_cast<RecordKind>(record.tag.kind)));
    const std::string text = describe(record);
    if (options.is_json) {
        std::printf("{\"file\":%s,\"offset\":%" PRIu64 ",\"position\":%" PRIu64
                    ",\"kind\":\"%s\",\"key\":%" PRIu64 ",\"bytes\":%zu,\"text\":%s}\n",
                    json_text(file).c_str(), offset, record.position, kind.c_str(),
                    record.tag.key_number, record.body.size(), json_text(text).c_str());
        return;
    }
    std::printf("%s %10" PRIu64 "  %-15s key %-6" PRIu64 " %8zu bytes  %s\n", file.c_str(), offset,
                kind.c_str(), record.tag.key_number, record.body.size(), shown(text).c_str());
}

ExitCode run_dump(const FolderOptions& options) {
    const auto folder = open_quiet_folder(options.folder);
    if (!folder) return fail(exit_code_of(folder.error()), folder.error().message);
    AuditObserver observer;
    observer.record = [&options](const std::string& file, std::uint64_t offset,
                                 const RecordView& record) {
        print_record(options, file, offset, record);
    };
    const auto audit = audit_store(*folder->files, observer);
    if (!audit) return fail(exit_code_of(audit.error()), audit.error().message);
    for (const auto& damage : audit->damages)
        std::fprintf(stderr, "%s\n", shown(damage).c_str());
    return audit->is_intact() ? ExitCode::done : ExitCode::failed;
}

using RunFolder = ExitCode (*)(const FolderOptions&);

CLI::App* add_folder_command(CLI::App& app, Plan& plan, const char* name, RunFolder run) {
    auto options = std::make_shared<FolderOptions>();
    auto* command = app.add_subcommand(name);
    command->add_option("folder", options->folder, "The data folder")->required();
    command->add_flag("--json", options->is_json, "Print JSON");
    command->callback(
        [&plan, options, run] { plan.action = [options, run] { return run(*options); }; });
    return command;
}

}  // namespace

void add_check(CLI::App& app, Plan& plan) {
    auto* command = add_folder_command(app, plan, "check", run_check);
    command->description("Check every byte of a data folder, changing nothing");
    command->footer(check_help);
}

void add_dump(CLI::App& app, Plan& plan) {
    auto* command = add_folder_command(app, plan, "dump", run_dump);
    command->description("Print every record of a data folder's journal");
    command->footer(dump_help);
}

}  // namespace sluice
