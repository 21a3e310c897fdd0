#include "consume/settle_report.hpp"

#include <cstdio>
#include <unistd.h>

#include "cli/output.hpp"
#include "cli/terminal.hpp"
#include "event/time_text.hpp"

namespace sluice {
namespace {

using Word = SettleAnswer::Word;

bool is_refused(const SettleAnswer& answer) {
    return answer.word == Word::stale || answer.word == Word::none;
}

std::string end_of(const SettledEvent& settled) {
    const SettleAnswer& answer = settled.answer;
    switch (answer.word) {
        case Word::parked:
            return "; failure " + std::to_string(answer.failures) + ", again at " +
                   time_text(answer.due.value_or(WallTime{}));
        case Word::dead:
            return "; dead (" + shown(answer.reason) + "), dead letter " +
                   shown(answer.dead_letter);
        case Word::stale:
            return "; STALE: the lease was over, this answer does not count";
        case Word::none:
            return "; NONE: the entry is not in work any more, this answer does not count";
        case Word::ok:
            break;
    }
    return {};
}

}  // namespace

std::string json_line_of(const SettledEvent& settled, const Member& member) {
    const ConsumedEvent& delivery = settled.delivery;
    const SettleAnswer& answer = settled.answer;
    std::string line =
        "{\"stream\":" + json_text(delivery.stream) + ",\"group\":" + json_text(member.group) +
        ",\"consumer\":" + json_text(member.consumer) + ",\"id\":" + json_text(delivery.entry.id) +
        ",\"epoch\":" + std::to_string(delivery.epoch) +
        ",\"deliveries\":" + std::to_string(delivery.deliveries);
    const auto add = [&](std::string_view name, std::string_view value) {
        if (!value.empty()) line += ",\"" + std::string(name) + "\":" + json_text(value);
    };
    if (settled.settle != nullptr) add("settle", name_of(settled.settle->kind));
    add("answer", name_of(answer.word));
    if (settled.settle != nullptr) add("error", settled.settle->error);
    if (answer.due) {
        line += ",\"failures\":" + std::to_string(answer.failures) +
                ",\"due_ms\":" + std::to_string(answer.due->ms());
    }
    add("reason", answer.reason);
    add("dead_letter", answer.dead_letter);
    return line + ",\"took_ms\":" + std::to_string(settled.took.ms()) + "}";
}

std::string sentence_of(const SettledEvent& settled) {
    std::string sentence = settled.delivery.entry.id;
    if (settled.settle == nullptr) return sentence + " was ended: its lease is over";
    const Settle::Kind kind = settled.settle->kind;
    sentence += kind == Settle::Kind::ack       ? " done"
                : kind == Settle::Kind::release ? " handed back"
                                                : " failed";
    if (!settled.settle->error.empty()) sentence += ": " + shown(settled.settle->error);
    return sentence + end_of(settled);
}

void SettleCounts::add(const SettledEvent& settled) {
    const SettleAnswer& answer = settled.answer;
    if (is_refused(answer)) {
        ++refused;
    } else if (answer.word == Word::parked) {
        ++retried;
    } else if (answer.word == Word::dead) {
        ++dead;
    } else if (settled.settle->kind == Settle::Kind::release) {
        ++released;
    } else {
        ++acked;
    }
}

std::string SettleCounts::text() const {
    std::string text = shown_count(acked) + " done, " + shown_count(retried) + " to be retried, " +
                       shown_count(dead) + " dead";
    if (released > 0) text += ", " + shown_count(released) + " handed back";
    if (refused > 0) text += ", " + shown_count(refused) + " came too late";
    return text;
}

SettleReport::SettleReport(Member member, bool is_json)
    : member_(std::move(member)), is_json_(is_json), is_screen_(::isatty(STDERR_FILENO) == 1) {}

void SettleReport::settled(const SettledEvent& event) {
    counts_.add(event);
    if (is_json_) {
        std::puts(json_line_of(event, member_).c_str());
        if (auto written = flush_output(); !written) failure_ = written.error();
    }
    const bool is_well = event.answer.word == Word::ok;
    if (!is_well && (!is_json_ || is_refused(event.answer))) say(sentence_of(event));
}

void SettleReport::say(std::string_view sentence) {
    clear();
    std::fprintf(stderr, "sluice: %.*s\n", static_cast<int>(sentence.size()), sentence.data());
}

void SettleReport::progress(MonoTime now, std::size_t running) {
    if (!is_screen_ || is_json_ || now < draw_due_) return;
    draw_due_ = now + Duration::from_ms(100);
    const std::string line = "\r" + shown(member_.group) + ": " + counts_.text() + ", " +
                             std::to_string(running) + " running\033[K";
    std::fputs(line.c_str(), stderr);
    is_drawn_ = true;
}

void SettleReport::clear() {
    if (!is_drawn_) return;
    std::fputs("\r\033[K", stderr);
    is_drawn_ = false;
}

}  // namespace sluice
