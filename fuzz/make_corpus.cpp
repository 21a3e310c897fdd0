// Writes the committed corpora: small inputs that reach every part of a format, from which fuzzing
// starts. Run it again when a format gains something: fuzz_make_corpus fuzz/corpus
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include "document/effect.hpp"
#include "document/hash.hpp"
#include "document/sorted_set.hpp"
#include "fuzz/damaged_store.hpp"
#include "stream/stream.hpp"
#include "stream/stream_effect.hpp"

namespace {

using namespace sluice;
using namespace sluice::testing;

std::filesystem::path root;

void write(const std::string& target, const std::string& name, std::string_view bytes) {
    const auto folder = root / target;
    std::filesystem::create_directories(folder);
    std::ofstream(folder / name, std::ios::binary) << bytes;
}

// As fuzz/pieces.hpp reads them.
std::string as_pieces(const std::vector<std::string>& pieces) {
    std::string bytes;
    for (const auto& piece : pieces) {
        bytes += static_cast<char>(piece.size() & 0xff);
        bytes += static_cast<char>(piece.size() >> 8);
        bytes += piece;
    }
    return bytes;
}

void write_requests() {
    const std::vector<std::pair<std::string, std::string>> inputs = {
        {"ping", "*1\r\n$4\r\nPING\r\n"},
        {"inline", "SET k \"two words\\x41\" \r\nGET k\nPING\r\n"},
        {"empty", "*0\r\n*-1\r\n\r\n*1\r\n$4\r\nPING\r\n"},
        {"too_many", "*2147483648\r\n"},
        {"no_length", "*1\r\n$-1\r\n"},
        {"no_dollar", "*1\r\n:4\r\nPING\r\n"},
        {"no_end", "*1\r\n$4\r\nPINGxx"},
        {"quotes", "SET 'a\\'b' \"unbalanced\r\n"},
        {"browser", "POST / HTTP/1.1\r\nHost: x\r\n\r\n"},
        {"tls", std::string("\x16\x03\x01\x02\x00\x01", 6)},
        {"zeroes", std::string("\0\0\r\n", 4)},
    };
    for (const auto& [name, bytes] : inputs) {
        write("resp_request", name, bytes);
        write("session", name, bytes);
    }
}

void write_session() {
    const std::vector<std::pair<std::string, std::vector<Arguments>>> inputs = {
        {"strings",
         {{"SET", "s", "1", "PX", "100"},
          {"INCRBY", "s", "5"},
          {"APPEND", "s", "x"},
          {"GET", "s"},
          {"SETRANGE", "s", "3", "abc"},
          {"GETRANGE", "s", "0", "-1"}}},
        {"hashes",
         {{"HSET", "h", "f", "1", "g", "2"},
          {"HINCRBYFLOAT", "h", "f", "0.5"},
          {"HRANDFIELD", "h", "-3", "WITHVALUES"},
          {"HSCAN", "h", "0", "MATCH", "[a-f]*"}}},
        {"sorted_sets",
         {{"ZADD", "z", "1", "a", "2", "b", "inf", "c"},
          {"ZRANGE", "z", "(1", "+inf", "BYSCORE"},
          {"ZRANGE", "z", "[a", "+", "BYLEX", "LIMIT", "0", "2"},
          {"ZPOPMIN", "z", "1"}}},
        {"streams",
         {{"XADD", "x", "MAXLEN", "~", "10", "*", "f", "v"},
          {"XRANGE", "x", "-", "+"},
          {"XREADGROUP", "GROUP", "g", "c", "COUNT", "2", "STREAMS", "x", ">"},
          {"XPENDING", "x", "g", "IDLE", "0", "-", "+", "10", "c"},
          {"XACK", "x", "g", "1-1"},
          {"XCLAIM", "x", "g", "d", "0", "1-1", "IDLE", "5", "RETRYCOUNT", "3", "FORCE", "JUSTID"},
          {"XAUTOCLAIM", "x", "g", "d", "0", "0-0", "COUNT", "1"},
          {"XINFO", "STREAM", "x", "FULL"},
          {"XTRIM", "x", "MINID", "=", "2-0"},
          {"XSETID", "x", "9-0", "ENTRIESADDED", "9"}}},
        {"transaction",
         {{"WATCH", "s"}, {"MULTI"}, {"SET", "s", "1"}, {"XADD", "x", "*", "f", "v"}, {"EXEC"}}},
        {"blocking",
         {{"HELLO", "3"},
          {"XREAD", "BLOCK", "10", "STREAMS", "x", "y", "$", "$"},
          {"CLIENT", "NO-EVICT", "on"}}},
        {"server",
         {{"COMMAND", "DOCS", "xadd"},
          {"INFO", "everything"},
          {"CONFIG", "GET", "*"},
          {"CLIENT", "LIST"},
          {"SCAN", "0", "TYPE", "stream"},
          {"OBJECT", "ENCODING", "x"}}},
        {"tenants",
         {{"SLUICE.TENANT", "CREATE", "acme", "STOREDEVENTS", "2"},
          {"SLUICE.PUBLISH", "acme", "s", "KEY", "k", "FIELDS", "3", "event_type", "t",
           "source_agent_id", "a", "call_chain", "a"},
          {"SLUICE.PUBLISHALL", "acme", "EVENT", "s", "AT", "1800000000000", "JSON",
           R"({"type":"t","source_agent_id":"a","call_chain":["a"]})"},
          {"SLUICE.SCHEDULE", "SET", "acme", "n", "s", "CRON", "* * * * *", "ZONE", "UTC", "JSON",
           R"({"type":"t","source_agent_id":"a","call_chain":["a"]})"},
          {"SLUICE.SCHEDULE", "SHOW", "acme", "n", "NEXT", "2"},
          {"SLUICE.TENANT", "DROP", "acme", "WITHSTREAMS"}}},
    };
    for (const auto& [name, commands] : inputs) {
        std::string bytes;
        for (const auto& command : commands)
            bytes += encode_command(command);
        write("session", name, bytes);
        write("resp_request", name, bytes);
    }
}

void write_replies() {
    write("resp_reply", "resp2",
          "+OK\r\n-ERR no\r\n:42\r\n$3\r\nabc\r\n$-1\r\n*-1\r\n*2\r\n:1\r\n*0\r\n");
    write("resp_reply", "resp3",
          "%1\r\n+k\r\n,1.5\r\n~2\r\n#t\r\n_\r\n=7\r\ntxt:abc\r\n(123456789012345678901\r\n"
          ">1\r\n+x\r\n|1\r\n+a\r\n:1\r\n:2\r\n!5\r\nERR x\r\n");
}

void write_globs() {
    write("glob", "classes", "h[^a-d]llo*[x\\]]?\nhello world]!");
    write("glob", "stars", "*a*a*a*a*a*b\naaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa");
}

// The first byte says which parser reads the rest; bus_text_fuzzer.cpp has their order.
void write_bus_texts() {
    const std::vector<std::pair<std::string, std::string>> inputs = {
        {"duration", "01d2h3m4s5ms6us"},
        {"retry_list", "11s,4s,16s retries=5 jitter=equal max-age=1h"},
        {"retry_exponential", "1exponential base=1s factor=4 max=5m retries=10 jitter=full"},
        {"retry_fixed", "1fixed delay=30s"},
        {"every", "2every 15m"},
        {"cron", "2TZ=Europe/Zurich 0,30-59/7 2 L,*/9 jan-mar,12 fri-sun"},
        {"cron_word", "2@hourly"},
        {"attempts",
         R"(3[{"number":1,"consumer":{"base64":"/w=="},"started":"2026-02-11T12:00:00Z",)"
         R"("ended":"2026-02-11T12:00:00Z","error":"\u00e4"}])"},
        {"error",
         "4chunk 17 of 'a\'b' at /tmp/x, 0x1f 01890a5d-ac96-774b-bcce-b302099a8057 "
         "2026-02-11T12:58:38.1+00:00 http://a/b \"c"},
        {"key", "5t:acme:events:tasks:dlq"},
        {"at", "6at 1700000000000"},
        {"recurring", "6every 1s"},
        {"setting", "7STOREDBYTES=1000"},
    };
    for (const auto& [name, bytes] : inputs)
        write("bus_text", name, bytes);
}

void write_dead_letters() {
    const std::vector<std::string> fields = {"event_id",
                                             "e-1",
                                             "event_type",
                                             "task.failed",
                                             "data",
                                             "{}",
                                             "_retry_count",
                                             "3",
                                             "_dlq_original_stream",
                                             "tasks",
                                             "_dlq_original_id",
                                             "1-0",
                                             "_dlq_error",
                                             "boom",
                                             "_dlq_retry_count",
                                             "3",
                                             "_dlq_timestamp",
                                             "2026-02-11T12:00:00+00:00"};
    write("dead_letter", "tenant_bus", as_pieces(fields));
    auto ours = fields;
    ours.insert(ours.end(), {"_dlq_group", "g", "_dlq_reason", "permanent", "_dlq_attempts", "[]",
                             "_dlq_replay_count", "7", "_replay_count", "2"});
    write("dead_letter", "sluice", as_pieces(ours));
}

std::string saved(const auto& value) {
    std::string bytes;
    value.save(bytes);
    return bytes;
}

void write_document_effects() {
    EffectBuilder fields(EffectKind::hash_set);
    fields.add_field("name", "value");
    fields.add_field("other", "");
    EffectBuilder expiry(EffectKind::hash_expire);
    expiry.add_expiry("name", WallTime::from_ms(1'700'000'000'000));
    EffectBuilder removed(EffectKind::hash_remove);
    removed.add_name("other");
    EffectBuilder members(EffectKind::members_set);
    members.add_member("a", 1.5);
    members.add_member("b", -2);
    EffectBuilder gone(EffectKind::members_remove);
    gone.add_name("a");
    const auto text = [](const EffectBuilder& effect) { return std::string(effect.bytes()); };
    Hash hash;
    SortedSet set;
    SLUICE_CHECK(hash.apply(fields.bytes()).has_value(), "an effect of ours is applied");
    SLUICE_CHECK(set.apply(members.bytes()).has_value(), "an effect of ours is applied");
    write("document_effect", "hash",
          as_pieces({saved(hash), text(fields), text(expiry), text(removed)}));
    write("document_effect", "sorted_set", as_pieces({saved(set), text(members), text(gone)}));
    write("document_effect", "string",
          as_pieces({"abc", string_set_effect("x"), string_append_effect("yz"),
                     string_write_effect(5, "q")}));
}

void write_stream_effects() {
    const auto text = [](auto&& effect, std::initializer_list<EntryId> ids) {
        for (const auto id : ids)
            effect.add(id, 1);
        return std::string(effect.finish());
    };
    const GroupPosition position{.last_delivered = {5, 1}, .entries_read = 2};
    const std::vector<std::string> effects = {
        set_id_effect({9, 0}, 9, {3, 0}),
        group_create_effect("g", {}),
        consumer_create_effect("g", "c"),
        text(IdListEffect::deliver("g", "c", position), {{5, 0}, {5, 1}}),
        text(IdListEffect::redeliver("g"), {{5, 0}}),
        text(IdListEffect::claim("g", "d"), {{5, 0}}),
        text(IdListEffect::acknowledge("g"), {{5, 1}}),
        text(IdListEffect::release("g"), {{5, 0}}),
        text(IdListEffect::erase(), {{4, 0}}),
        text(IdListEffect::drop(), {{4, 1}}),
        text(IdListEffect::unreference(), {{5, 0}}),
        group_position_effect("g", position),
        idempotency_record_effect("producer", "key", {5, 0}),
        consumer_delete_effect("g", "c"),
        trim_effect({5, 0}),
    };
    Stream stream;
    constexpr MonoTime now = MonoTime::from_ms(1000);
    for (std::uint64_t i = 1; i <= 6; ++i)
        stream.append({i, 0}, {.position = i * 64, .length = 60});
    std::vector<std::string> pieces{saved(stream)};
    for (const auto& effect : effects) {
        if (effect != effects.back()) (void)stream.apply(effect, now);
        pieces.push_back(effect);
    }
    write("stream_effect", "every_kind", as_pieces(pieces));
    write("stream_snapshot", "with_a_group", saved(stream));
    write("stream_snapshot", "entries_only", pieces[0]);
    pieces[0] = saved(stream);
    write("stream_effect", "on_a_full_stream", as_pieces(pieces));
}

void write_retention() {
    constexpr MonoTime now = MonoTime::from_ms(1000);
    Stream stream;
    for (std::uint64_t i = 1; i <= 9; ++i)
        stream.append({i, 0}, {.position = i * 64, .length = 60});
    std::vector<std::string> pieces{saved(stream)};
    const Loss loss{{2, 0}, {4, 0}, 3, LossCause::xtrim};
    const Missed missed[] = {{"g", 3}};
    RetentionSettings settings;
    settings.length_max = 5;
    settings.age_ms_max = 60'000;
    settings.bytes_hard = 1 << 20;
    settings.protects = false;
    for (const auto& effect :
         {group_create_effect("g", {}), retention_effect(settings), holding_effect("g", false),
          age_mark_effect({{3, 0}, now}), loss_effect(loss, missed), trim_effect({4, 0}),
          age_mark_effect({{9, 0}, now + Duration::from_seconds(5)}), losses_told_effect(),
          loss_effect(loss, missed)}) {
        (void)stream.apply(effect, now);
        pieces.push_back(effect);
    }
    write("stream_effect", "retention", as_pieces(pieces));
    write("stream_snapshot", "with_retention", saved(stream));
    pieces[0] = saved(stream);
    pieces.push_back(retention_effect(std::nullopt));
    write("stream_effect", "retention_again", as_pieces(pieces));
}

void write_priorities() {
    constexpr MonoTime now = MonoTime::from_ms(1000);
    Stream stream;
    for (std::uint64_t i = 1; i <= 12; ++i) {
        stream.append({i, 0}, {.position = i * 64, .length = 60});
        stream.set_priority({i, 0}, static_cast<Priority>(i % 4));
    }
    std::vector<std::string> pieces{saved(stream)};
    Reach ahead({1, 0});
    ahead.of(Priority::critical) = {7, 0};
    Reach behind({9, 0});
    behind.of(Priority::low) = {4, 0};
    WorkEffect lease = WorkEffect::lease("g", "c", {{1, 0}, 1}, 1, 500);
    lease.add({3, 0}, 0);
    lease.add({7, 0}, 0);
    WorkEffect hold = WorkEffect::hold("g", {{9, 0}, 1});
    hold.add({5, 0}, 3);
    for (const std::string& effect :
         {group_create_effect("g", {}), consumer_create_effect("g", "c"),
          std::string(lease.bytes()), reach_effect("g", ahead), std::string(hold.bytes()),
          reach_effect("g", behind), trim_effect({2, 0})}) {
        (void)stream.apply(effect, now);
        pieces.push_back(effect);
    }
    write("stream_effect", "priorities", as_pieces(pieces));
    write("stream_snapshot", "with_priorities", saved(stream));
    pieces[0] = saved(stream);
    write("stream_effect", "priorities_again", as_pieces(pieces));
}

void write_files() {
    const DamagedStore store;
    constexpr std::size_t begin_max = 8192;  // the header block and the first batches
    const auto segment = store.bytes_of(store.file_with("journal-"));
    write("journal_segment", "newest", segment.substr(0, begin_max));
    write("journal_segment", "header", segment.substr(0, 64));
    const auto checkpoint = store.bytes_of(store.file_with("checkpoint-"));
    write("checkpoint", "newest", checkpoint.substr(0, begin_max));
    write("checkpoint", "header", checkpoint.substr(0, 64));
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 2) {
        std::fprintf(stderr, "usage: fuzz_make_corpus FOLDER\n");
        return 64;
    }
    root = argv[1];
    write_requests();
    write_session();
    write_replies();
    write_globs();
    write_bus_texts();
    write_dead_letters();
    write_document_effects();
    write_stream_effects();
    write_priorities();
    write_retention();
    write_files();
    return 0;
}
