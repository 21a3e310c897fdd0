#include "net/http_session.hpp"

#include <algorithm>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <utility>

namespace sluice {

namespace http = boost::beast::http;

// Beast's parser, fed with bytes that have been judged.
class HttpSession::Decoder {
  public:
    Decoder(const HttpLimits& limits, HttpFraming framing) : chunks_(limits.body_max) {
        parser_.eager(true);
        parser_.header_limit(static_cast<std::uint32_t>(limits.headers_max * 2));
        parser_.body_limit(limits.body_max);
        is_chunked_ = framing == HttpFraming::chunked;
    }

    // Takes from the front of `bytes`; nothing when Beast refuses what was judged to be fine.
    std::optional<std::size_t> put(std::string_view bytes) {
        boost::beast::error_code error;
        const std::size_t taken =
            parser_.put(boost::asio::const_buffer(bytes.data(), bytes.size()), error);
        if (error && error != http::error::need_more) return std::nullopt;
        return taken;
    }

    // As put(), for the bytes behind the head.
    std::optional<std::size_t> put_body(std::string_view bytes) {
        if (!is_chunked_) return put(bytes);
        judged_ += chunks_.feed(bytes.substr(judged_));
        if (chunks_.fault()) return std::nullopt;
        const auto taken = put(bytes.substr(0, judged_));
        if (taken) judged_ -= *taken;
        return taken;
    }

    bool is_done() const { return parser_.is_done(); }
    HeadFault fault() const { return chunks_.fault().value_or(HeadFault{}); }

    HttpRequest take(HttpHead& head) {
        HttpRequest request;
        request.method = head.method;
        request.path = std::move(head.path);
        request.query = std::string(head.query);
        for (const auto& field : parser_.get()) {
            std::string name(field.name_string());
            std::ranges::transform(name, name.begin(), [](char c) {
                return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
            });
            request.headers.emplace_back(std::move(name), std::string(field.value()));
        }
        request.body = std::move(parser_.get().body());
        return request;
    }

  private:
    http::request_parser<http::string_body> parser_;
    HttpChunks chunks_;
    std::size_t judged_ = 0;  // bytes at the front of the input that chunks_ has passed
    bool is_chunked_ = false;
};

HttpSession::HttpSession(const Setting& setting, MonoTime now)
    : limits_(setting.limits),
      date_(setting.date),
      is_local_(setting.is_local),
      began_(now),
      progress_(now) {}
HttpSession::~HttpSession() = default;

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
    if (end->fault) {
        refuse(*end->fault, now);
        return false;
    }
    const std::string_view bytes = input_.view().substr(0, end->size);
    HeadVerdict verdict = check_head(bytes, limits_);
    head_ = std::move(verdict.head);
    if (!verdict.fault) {
        decoder_ = std::make_unique<Decoder>(limits_, head_.framing);
        if (decoder_->put(bytes) != end->size) verdict.fault = HeadFault{};
    }
    if (verdict.fault) {
        refuse(*verdict.fault, now);
        return false;
    }
    query_ = std::string(head_.query);
    head_.query = query_;
    input_.consume(end->size);
    state_ = State::body;
    began_ = now;
    body_received_ = 0;
    if (head_.wants_continue && head_.framing != HttpFraming::none && input_.empty()) {
        output_.append("HTTP/1.1 100 Continue\r\n\r\n");
    }
    return true;
}

bool HttpSession::take_body(MonoTime now) {
    if (!decoder_->is_done()) {
        const auto taken = decoder_->put_body(input_.view());
        if (!taken) {
            refuse(decoder_->fault(), now);
            return false;
        }
        body_received_ += *taken;
        input_.consume(*taken);
    }
    if (!decoder_->is_done()) return false;
    request_ = decoder_->take(head_);
    request_.is_local = is_local_;
    decoder_.reset();
    state_ = State::ready;
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
    decoder_.reset();
    input_.clear();
    input_.shrink(0);
    request_.method = HttpMethod::get;
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
