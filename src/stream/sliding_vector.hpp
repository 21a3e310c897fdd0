// A vector that also loses elements at the front in constant time: nodes and blocks in id order.
//
// Invariant  begin_ <= items_.size(); elements before begin_ are default-constructed leftovers
// Cost       push_back and pop_front are amortised O(1); insert and erase move the shorter side
#pragma once

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

namespace sluice {

template <class T>
class SlidingVector {
  public:
    std::size_t size() const { return items_.size() - begin_; }
    bool empty() const { return begin_ == items_.size(); }
    T& operator[](std::size_t i) { return items_[begin_ + i]; }
    const T& operator[](std::size_t i) const { return items_[begin_ + i]; }
    T& front() { return items_[begin_]; }
    T& back() { return items_.back(); }
    const T& front() const { return items_[begin_]; }
    const T& back() const { return items_.back(); }
    auto begin() { return items_.begin() + offset(); }
    auto end() { return items_.end(); }
    auto begin() const { return items_.begin() + offset(); }
    auto end() const { return items_.end(); }
    std::size_t memory_bytes() const { return items_.capacity() * sizeof(T); }

    void reserve(std::size_t size) { items_.reserve(begin_ + size); }
    void push_back(T item) { items_.push_back(std::move(item)); }

    void pop_front() {
        items_[begin_] = T();
        ++begin_;
        give_back();
    }

    // Removes the first `count` elements.
    void pop_front(std::size_t count) {
        for (std::size_t i = 0; i < count; ++i) {
            pop_front();
        }
    }

    void insert(std::size_t at, T item) {
        if (at < size() / 2 && begin_ > 0) {
            --begin_;
            std::move(begin() + 1, begin() + 1 + difference(at), begin());
            (*this)[at] = std::move(item);
            return;
        }
        items_.insert(begin() + difference(at), std::move(item));
    }

    void erase(std::size_t at) {
        if (at >= size() / 2) {
            items_.erase(begin() + difference(at));
            give_back();
            return;
        }
        std::move_backward(begin(), begin() + difference(at), begin() + difference(at) + 1);
        pop_front();
    }

    void clear() {
        items_.clear();
        begin_ = 0;
    }

  private:
    using Difference = std::vector<T>::difference_type;
    static Difference difference(std::size_t i) { return static_cast<Difference>(i); }
    Difference offset() const { return difference(begin_); }

    // Closes the gap at the front once it is larger than what lives, and shrinks with the content.
    void give_back() {
        if (begin_ == items_.size()) {
            std::vector<T>().swap(items_);
            begin_ = 0;
            return;
        }
        if (begin_ < 16 || begin_ < size()) return;
        std::vector<T> kept;
        kept.reserve(size());
        std::move(begin(), end(), std::back_inserter(kept));
        items_.swap(kept);
        begin_ = 0;
    }

    std::vector<T> items_;
    std::size_t begin_ = 0;
};

}  // namespace sluice
