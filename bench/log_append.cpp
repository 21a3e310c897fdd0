// log_append: events into a log within one process, without waiting for the disk.
//
// Shape      log_append sluice|sqlite FOLDER BATCH SECONDS: entries of 300 bytes, BATCH of them in
//            each step; Sluice at durability `os`, SQLite in WAL mode with synchronous=OFF, one
//            transaction a step. Either way a step is in the kernel when it returns.
// Output     JSON: entries, seconds, entries_per_second, bytes_per_second
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <nlohmann/json.hpp>
#include <sqlite3.h>
#include <string>

#include "engine/engine.hpp"
#include "io/clock.hpp"
#include "io/posix_file_system.hpp"
#include "net/io_thread.hpp"
#include "request_text.hpp"

namespace sluice::bench {

namespace {

constexpr std::size_t payload_bytes = 300;
constexpr std::uint32_t entries_per_node = 100;

// What is measured: one log that takes batches.
class Log {
  public:
    virtual ~Log() = default;
    virtual Result<void> append(std::size_t batch, std::uint64_t first) = 0;
};

class SluiceLog final : public Log {
  public:
    static Result<std::unique_ptr<Log>> open(const std::string& path) {
        SLUICE_TRY_ASSIGN(auto files, PosixFileSystem::open(path));
        const EngineOptions options{.durability = Durability::os};
        SystemClock clock;
        SLUICE_TRY_ASSIGN(auto engine, Engine::open(*files, options, clock.wall(), clock.mono()));
        return std::unique_ptr<Log>(new SluiceLog(std::move(files), std::move(engine)));
    }
    ~SluiceLog() override { worker_.wait_done(); }

    Result<void> append(std::size_t batch, std::uint64_t first) override {
        engine_->begin_turn(clock_.wall(), clock_.mono());
        engine_->begin_command();
        SLUICE_TRY(engine_->admit_write(true));
        for (std::size_t i = 0; i < batch; ++i) {
            append_one(first + i);
        }
        engine_->write_pending();
        if (worker_.take_done()) engine_->finish_io(std::move(job_));
        if (worker_.is_idle() && (job_ = engine_->next_io()) != nullptr) {
            worker_.give([this] { job_->run(); });
        }
        engine_->on_time();
        return {};
    }

  private:
    SluiceLog(std::unique_ptr<PosixFileSystem> files, std::unique_ptr<Engine> engine)
        : files_(std::move(files)), engine_(std::move(engine)), worker_([] {}) {
        engine_->begin_turn(clock_.wall(), clock_.mono());
        engine_->begin_command();
        key_ = &engine_->create(0, "bench", ValueType::stream);
    }

    void append_one(std::uint64_t index) {
        payload_.clear();
        payloads_.append(payload_, index);
        fields_.clear();
        append_bulk(fields_, "f");
        append_bulk(fields_, payload_);
        const EntryId id{static_cast<std::uint64_t>(engine_->wall().ms()), index};
        const EntryRef ref = engine_->append_entry(*key_, id, 2, fields_);
        key_->stream()->append(id, ref, entries_per_node);
    }

    SystemClock clock_;
    std::unique_ptr<PosixFileSystem> files_;
    std::unique_ptr<Engine> engine_;
    Key* key_ = nullptr;
    Payloads payloads_{payload_bytes};
    std::string payload_;
    std::string fields_;
    std::unique_ptr<Engine::IoJob> job_;
    IoThread worker_;
};

class SqliteLog final : public Log {
  public:
    static Result<std::unique_ptr<Log>> open(const std::string& path) {
        auto log = std::unique_ptr<SqliteLog>(new SqliteLog);
        if (sqlite3_open((path + "/log.db").c_str(), &log->database_) != SQLITE_OK) {
            return log->failed("open");
        }
        SLUICE_TRY(log->run("PRAGMA journal_mode=WAL"));
        SLUICE_TRY(log->run("PRAGMA synchronous=OFF"));
        SLUICE_TRY(log->run("CREATE TABLE log(id INTEGER PRIMARY KEY, data BLOB) STRICT"));
        const int prepared = sqlite3_prepare_v2(log->database_, "INSERT INTO log VALUES(?,?)", -1,
                                                &log->insert_, nullptr);
        if (prepared != SQLITE_OK) return log->failed("prepare");
        return std::unique_ptr<Log>(std::move(log));
    }
    ~SqliteLog() override {
        sqlite3_finalize(insert_);
        sqlite3_close(database_);
    }
    SqliteLog(const SqliteLog&) = delete;
    SqliteLog& operator=(const SqliteLog&) = delete;

    Result<void> append(std::size_t batch, std::uint64_t first) override {
        SLUICE_TRY(run("BEGIN"));
        for (std::size_t i = 0; i < batch; ++i) {
            payload_.clear();
            payloads_.append(payload_, first + i);
            sqlite3_bind_int64(insert_, 1, static_cast<std::int64_t>(first + i));
            sqlite3_bind_blob(insert_, 2, payload_.data(), static_cast<int>(payload_.size()),
                              SQLITE_STATIC);
            if (sqlite3_step(insert_) != SQLITE_DONE) return failed("insert");
            sqlite3_reset(insert_);
        }
        return run("COMMIT");
    }

  private:
    SqliteLog() = default;
    Result<void> run(const char* statement) {
        if (sqlite3_exec(database_, statement, nullptr, nullptr, nullptr) != SQLITE_OK) {
            return failed(statement);
        }
        return {};
    }
    Error failed(std::string_view action) {
        return Error{Errc::io, std::string(action) + ": " + sqlite3_errmsg(database_)};
    }

    sqlite3* database_ = nullptr;
    sqlite3_stmt* insert_ = nullptr;
    Payloads payloads_{payload_bytes};
    std::string payload_;
};

Result<nlohmann::ordered_json> measure(Log& log, std::size_t batch, double seconds_wanted) {
    using Clock = std::chrono::steady_clock;
    const auto start = Clock::now();
    double seconds = 0;
    std::uint64_t entries = 0;
    while (seconds < seconds_wanted) {
        SLUICE_TRY(log.append(batch, entries + 1));
        entries += batch;
        seconds = std::chrono::duration<double>(Clock::now() - start).count();
    }
    const double rate = static_cast<double>(entries) / seconds;
    return nlohmann::ordered_json{{"entries", entries},
                                  {"seconds", seconds},
                                  {"entries_per_second", rate},
                                  {"bytes_per_second", rate * payload_bytes}};
}

}  // namespace

}  // namespace sluice::bench

int main(int argc, char** argv) {
    using namespace sluice::bench;
    const std::string_view kind = argc == 5 ? argv[1] : "";
    if (kind != "sluice" && kind != "sqlite") {
        std::fputs("usage: log_append sluice|sqlite FOLDER BATCH SECONDS\n", stderr);
        return 64;
    }
    const auto log = kind == "sluice" ? SluiceLog::open(argv[2]) : SqliteLog::open(argv[2]);
    const auto report =
        log ? measure(**log, std::strtoull(argv[3], nullptr, 10), std::atof(argv[4])) : log.error();
    if (!report) {
        std::fprintf(stderr, "log_append: %s\n", report.error().message.c_str());
        return 1;
    }
    std::puts(report->dump(2).c_str());
    return 0;
}
