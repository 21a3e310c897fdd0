#include "net/http_session.hpp"

#include <algorithm>
#include <utility>

namespace sluice {

HttpSession::HttpSession(const Setting& setting, MonoTime now)
    : limits_(setting.limits),
      date_(setting.date),
      is_local_(setting.is_local),
      chunks_(setting.limits.body_max),
      began_(now),
      progress_(now) {}

void HttpSession::on_input(std::string_view bytes, MonoTime now) {
    if (closing_) return;
    if (state_ == State::head && input_.empty()) began_ = now;
    input_.append(bytes);
    advance(now);
}

void HttpSession::advance(MonoTime now) {
    while (!closing_ && state_ != State::ready && output_.size() < output_max) {
        const bool has_moved = state_ == State::head ? take_head(now) : take_body(now);
        if (!has_moved) break;
    }
    if (input_.empty()) input_.shrink(0);
}

bool HttpSession::take_head(MonoTime now) {
    const auto end = find_head_end(input_.view(), searched_, limits_);
    if (!end) return false;
    searched_ = 0;
    HeadVerdict verdict{.head = {}, .fault = end->fault};
    if (!verdict.fault) verdict = check_head(input_.view().substr(0, end->size), limits_);
    if (verdict.fault) {
        refuse(*verdict.fault, now);
        return false;
    }
    head_ = std::move(verdict.head);
    request_ = {.method = head_.method,
                .path = std::move(head_.path),
                .query = std::string(head_.query),
                .headers = std::move(head_.headers),
                .body = {},
                .is_local = is_local_};
    chunks_ = HttpChunks(limits_.body_max);
    body_received_ = 0;
    input_.consume(end->size);
    state_ = State::body;
    began_ = now;
    if (head_.wants_continue && !is_body_complete() && input_.empty()) {
        output_.append("HTTP/1.1 100 Continue\r\n\r\n");
    }
    return true;
}

bool HttpSession::take_body(MonoTime now) {
    const std::size_t taken = decode_body();
    body_received_ += taken;
    input_.consume(taken);
    if (chunks_.fault()) {
        refuse(*chunks_.fault(), now);
        return false;
    }
    if (!is_body_complete()) return false;
    state_ = State::ready;
    return true;
}

// Moves what belongs to the body out of the input; answers how many bytes that were.
std::size_t HttpSession::decode_body() {
    if (head_.framing == HttpFraming::chunked) return chunks_.feed(input_.view(), request_.body);
    if (head_.framing == HttpFraming::none) return 0;
    const std::size_t missing = head_.body_size - request_.body.size();
    const std::string_view part = input_.view().substr(0, missing);
    request_.body += part;
    return part.size();
}

bool HttpSession::is_body_complete() const {
    switch (head_.framing) {
        case HttpFraming::none:
            return true;
        case HttpFraming::length:
            return request_.body.size() == head_.body_size;
        case HttpFraming::chunked:
            return chunks_.is_complete();
    }
    return true;
}

void HttpSession::respond(const HttpResponse& response, MonoTime now) {
    is_first_ = false;
    if (head_.wants_close) closing_ = true;
    if (output_.empty()) progress_ = now;
    write(response);
    request_ = {};
    state_ = State::head;
    began_ = now;
    advance(now);
}

void HttpSession::refuse(const HeadFault& fault, MonoTime now) {
    HttpResponse response = problem_response(fault.problem, fault.detail);
    if (fault.problem == Problem::method_not_allowed) {
        response.headers.emplace_back("Allow", "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS");
    }
    closing_ = true;
    input_.clear();
    input_.shrink(0);
    request_ = {};  // whatever its method was, the refusal has a body
    progress_ = now;
    write(response);
}

void HttpSession::write(const HttpResponse& response) {
    std::string head = "HTTP/1.1 " + std::to_string(response.status) + " ";
    head += reason_phrase(response.status);
    head += "\r\nDate: " + date_;
    const bool has_body = response.status != 204;
    if (has_body) {
        head += "\r\nContent-Type: " + response.content_type;
        head += "\r\nContent-Length: " + std::to_string(response.body.size());
    }
    head += "\r\nCache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n";
    for (const auto& [name, value] : response.headers)
        head += name + ": " + value + "\r\n";
    if (closing_) head += "Connection: close\r\n";
    output_.append(head + "\r\n");
    if (has_body && request_.method != HttpMethod::head) output_.append(response.body);
}

void HttpSession::on_sent(std::size_t bytes, MonoTime now) {
    output_.consume(bytes);
    progress_ = now;
    if (output_.empty()) output_.shrink(0);
    advance(now);
}

bool HttpSession::wants_read() const {
    return !closing_ && input_.size() < input_max && output_.size() < output_max;
}

MonoTime HttpSession::deadline() const {
    MonoTime when = began_ + idle_time;
    if (state_ == State::head && !input_.empty()) {
        when = began_ + head_time;
    } else if (state_ == State::head && is_first_) {
        when = began_ + first_byte_time;
    } else if (state_ == State::body) {
        const auto earned = static_cast<std::int64_t>(body_received_) / body_bytes_per_second_min;
        when = began_ + body_grace + Duration::from_seconds(earned);
    }
    if (output_.empty()) return when;
    return std::min(when, progress_ + unread_time);
}

void HttpSession::on_time(MonoTime now) {
    if (now < deadline()) return;
    const bool is_in_request = (state_ == State::head && !input_.empty()) || state_ == State::body;
    const bool is_unread = !output_.empty();
    if (is_in_request && !is_unread) return refuse({Problem::timeout, {}}, now);
    // Nobody waits for an answer, or nobody takes it.
    closing_ = true;
    output_.clear();
}

}  // namespace sluice
