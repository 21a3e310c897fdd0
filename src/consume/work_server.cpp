#include "consume/work_server.hpp"

#include "consume/lease_schedule.hpp"
#include "resp/refusal.hpp"

namespace sluice {
namespace {

constexpr Duration answer_wait_max = Duration::from_seconds(10);

// Another time the server says yes. What is unclear is asked again as well: nothing that is asked
// here is done twice.
bool is_passing(std::string_view text) {
    return refusal_of(text) != Refusal::lasting;
}

Error refusal(std::string_view text) {
    std::string sentence = "the server refused: " + std::string(text);
    if (text.starts_with("NOGROUP")) sentence += "; --create makes the group";
    return {is_passing(text) ? Errc::unavailable : Errc::invalid, std::move(sentence)};
}

std::vector<std::string_view> views_of(const std::vector<std::string>& words) {
    return {words.begin(), words.end()};
}

double drawn(Random& random) {
    constexpr std::uint64_t steps = 1 << 20;
    return static_cast<double>(random.below(steps)) / static_cast<double>(steps);
}

std::uint64_t count_behind(const Reply& map, std::string_view key) {
    const Reply* value = map.find(key);
    const auto count = value == nullptr ? std::nullopt : value->as_integer();
    return count && *count > 0 ? static_cast<std::uint64_t>(*count) : 0;
}

}  // namespace

Result<void> WorkServer::connect(MonoTime now) {
    auto leases = connect_();
    auto settles = leases ? connect_() : Result<Client>(leases.error());
    if (!settles) {
        give_up(now);
        return settles.error();
    }
    leases_ = std::move(*leases);
    settles_ = std::move(*settles);
    return {};
}

void WorkServer::give_up(MonoTime now) {
    leases_.reset();
    settles_.reset();
    is_asking_ = false;
    was_lost_ = true;
    try_due_ = now + wait_before_retry(++failures_, drawn(random_));
}

Result<void> WorkServer::ask(std::size_t count, bool waits, MonoTime now) {
    std::vector<std::string> words = {
        "SLUICE.LEASE",       "GROUP", question_.member.group, question_.member.consumer, "COUNT",
        std::to_string(count)};
    const auto add = [&](std::string_view name, Duration value) {
        words.emplace_back(name);
        words.push_back(std::to_string(value.ms()));
    };
    if (question_.lease) add("LEASE", *question_.lease);
    if (waits) add("BLOCK", block);
    words.insert(words.end(), {"STREAMS", question_.stream});
    leases_->queue(views_of(words));
    SLUICE_TRY(leases_->flush());
    is_asking_ = true;
    asked_ = now;
    return {};
}

Result<std::optional<std::vector<ConsumedEvent>>> WorkServer::take_leased(MonoTime now) {
    SLUICE_TRY_ASSIGN(const auto reply, leases_->poll());
    if (!reply && is_asking_ && now > asked_ + block + answer_wait_max) {
        return Error{Errc::timeout, leases_->address().text() + ": no answer in time"};
    }
    if (!reply) return std::nullopt;
    is_asking_ = false;
    if (reply->is_error()) return refusal(reply->text);
    failures_ = 0;
    SLUICE_TRY_ASSIGN(auto deliveries, deliveries_of(*reply));
    return std::optional(std::move(deliveries));
}

void WorkServer::add_to(std::vector<pollfd>& waiting) const {
    if (!is_connected()) return;
    waiting.push_back({.fd = leases_->descriptor(), .events = POLLIN, .revents = 0});
}

Result<std::vector<SettleAnswer>> WorkServer::settle(
    std::span<const std::vector<std::string>> requests) {
    for (const auto& request : requests) {
        settles_->queue(views_of(request));
    }
    SLUICE_TRY(settles_->flush());
    std::vector<SettleAnswer> answers;
    for (std::size_t i = 0; i < requests.size(); ++i) {
        SLUICE_TRY_ASSIGN(const Reply reply, settles_->read());
        if (reply.is_error() && is_passing(reply.text)) return refusal(reply.text);
        SLUICE_TRY_ASSIGN(SettleAnswer answer, parse_settle_answer(reply));
        answers.push_back(std::move(answer));
    }
    return answers;
}

Result<std::vector<SettleAnswer::Word>> WorkServer::extend(std::span<const LeaseName> names,
                                                           Duration lease) {
    std::vector<std::string> words = {"SLUICE.EXTEND", question_.stream, question_.member.group,
                                      std::to_string(lease.ms())};
    for (const LeaseName& name : names) {
        words.push_back(name.id);
        words.push_back(std::to_string(name.epoch));
    }
    SLUICE_TRY_ASSIGN(const Reply reply, call(words));
    SLUICE_TRY_ASSIGN(auto answers, parse_words(reply));
    if (answers.size() != names.size()) {
        return Error{Errc::invalid, "the server answered SLUICE.EXTEND for other entries"};
    }
    return answers;
}

Result<std::uint64_t> WorkServer::left() {
    SLUICE_TRY_ASSIGN(const Reply map,
                      call({"SLUICE.GROUP", "SHOW", question_.stream, question_.member.group}));
    std::uint64_t sum = 0;
    for (const std::string_view key : {"lag", "leased", "parked", "ready", "behind"}) {
        sum += count_behind(map, key);
    }
    return sum;
}

Result<void> WorkServer::leave() {
    if (was_lost_ || is_asking_ || !is_connected()) return {};
    const auto& [group, consumer] = question_.member;
    SLUICE_TRY_ASSIGN(const Reply all, call({"XINFO", "CONSUMERS", question_.stream, group}));
    for (const Reply& each : all.elements) {
        const Reply* name = each.find("name");
        if (name == nullptr || name->text != consumer) continue;
        if (count_behind(each, "pending") > 0) return {};
        SLUICE_TRY(call({"XGROUP", "DELCONSUMER", question_.stream, group, consumer}));
    }
    return {};
}

Result<Reply> WorkServer::call(const std::vector<std::string>& words) {
    SLUICE_TRY_ASSIGN(Reply reply, settles_->call(views_of(words)));
    if (reply.is_error()) return refusal(reply.text);
    return reply;
}

}  // namespace sluice
