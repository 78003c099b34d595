#include "detect/script/braces/items.h"

#include <cstddef>
#include <utility>

#include "detect/script/braces/lexer.h"

namespace pugmark::script::braces {
namespace {

ItemKind kind_of(TokenKind kind) {
  switch (kind) {
    case TokenKind::kName:
    case TokenKind::kVariable:
      return ItemKind::kName;
    case TokenKind::kText:
    case TokenKind::kCommand:
      return ItemKind::kText;
    case TokenKind::kTemplate:
      return ItemKind::kTemplate;
    case TokenKind::kRegex:
      return ItemKind::kRegex;
    case TokenKind::kNumber:
      return ItemKind::kNumber;
    case TokenKind::kCharacter:
      return ItemKind::kCharacter;
    case TokenKind::kMarkup:
      return ItemKind::kMarkup;
    case TokenKind::kEnd:
      return ItemKind::kEnd;
    default:
      return ItemKind::kOperator;
  }
}

// Pairs brackets. A closing bracket ends all that was opened inside its pair and not closed; one
// that closes nothing pairs with nothing. Each bracket is pushed and popped once.
class Pairs {
 public:
  explicit Pairs(std::vector<Item>& items) : items_(items) {}

  void take(std::uint32_t number) {
    const Item& item = items_[number];
    switch (item.kind) {
      case ItemKind::kTemplate:
        if ((item.op & kTemplateBegins) == 0) close(kTemplate, number);
        if ((item.op & kTemplateEnds) == 0) open(kTemplate, number);
        return;
      case ItemKind::kExpressionBegins:
        return open(kExpression, number);
      case ItemKind::kExpressionEnds:
        return close(kExpression, number);
      case ItemKind::kCut:
        open_.clear();
        for (std::size_t& count : counts_) count = 0;
        return;
      case ItemKind::kOperator:
        break;
      default:
        return;
    }
    switch (item.op) {
      case op("("):
      case op("["):
        return open(kRound, number);
      case op("{"):
        return open(kBrace, number);
      case op(")"):
      case op("]"):
        return close(kRound, number);
      case op("}"):
        return close(kBrace, number);
      default:
        return;
    }
  }

 private:
  // In the order of their strength: a weaker one never closes a stronger one.
  enum Rank : std::uint8_t { kRound, kBrace, kTemplate, kExpression };
  struct Open {
    Rank rank;
    std::uint32_t number;
  };

  void open(Rank rank, std::uint32_t number) {
    open_.push_back({rank, number});
    ++counts_[rank];
  }

  void close(Rank rank, std::uint32_t number) {
    if (counts_[rank] == 0) return;
    if (rank == kRound) {
      if (open_.back().rank != kRound) return;
      // ")" passes over "[": what is popped here is never looked at again.
      const std::uint32_t opening = items_[number].op == op(")") ? op("(") : op("[");
      if (items_[open_.back().number].op != opening) {
        pop();
        if (open_.empty() || open_.back().rank != kRound ||
            items_[open_.back().number].op != opening)
          return;
      }
    } else {
      while (open_.back().rank < rank) pop();
      if (open_.back().rank != rank) return;
    }
    items_[open_.back().number].match = number;
    pop();
  }

  void pop() {
    --counts_[open_.back().rank];
    open_.pop_back();
  }

  std::vector<Item>& items_;
  std::vector<Open> open_;
  std::size_t counts_[4] = {};
};

// One pass over the tokens, taking those of members or all others.
class Builder {
 public:
  Builder(std::string_view text, std::span<const Token> tokens, std::span<const Region> regions)
      : text_(text), tokens_(tokens), regions_(regions), pairs_(items_) {}

  std::vector<Item> build() {
    items_.reserve(tokens_.size() + 16);
    bool has_members = false;
    for (const Region& region : regions_)
      has_members = has_members || region.kind == Region::Kind::kMembers;
    if (has_members) take(true);
    add(ItemKind::kCut, items_.empty() ? 0 : items_.back().end);
    take(false);
    const std::uint32_t end = tokens_.empty() ? 0 : tokens_.back().begin;
    add(ItemKind::kEnd, end);
    return std::move(items_);
  }

 private:
  void add(ItemKind kind, std::uint32_t place) {
    Item item;
    item.kind = kind;
    item.language = language_;
    item.begin = item.end = place;
    items_.push_back(item);
    pairs_.take(static_cast<std::uint32_t>(items_.size() - 1));
  }

  void take(bool of_members) {
    std::size_t region = 0;
    bool is_in_expression = false;
    std::uint32_t end = 0;
    for (const Token& token : tokens_) {
      if (token.kind == TokenKind::kEnd) break;
      bool is_new = false;
      while (region < regions_.size() &&
             token.begin >= regions_[region].begin + regions_[region].length) {
        ++region;
        is_new = true;
      }
      const Region* const of = region < regions_.size() ? &regions_[region] : nullptr;
      const bool is_member = of && of->kind == Region::Kind::kMembers;
      if (is_in_expression && is_new) {
        add(ItemKind::kExpressionEnds, end);
        is_in_expression = false;
      }
      if (is_member != of_members) continue;
      if (of && of->kind != Region::Kind::kMarkup) language_ = of->language;
      if (of && of->kind == Region::Kind::kExpression && !is_in_expression) {
        add(ItemKind::kExpressionBegins, of->begin);
        is_in_expression = true;
      }
      take(token);
      end = token.begin + token.length;
    }
    if (is_in_expression) add(ItemKind::kExpressionEnds, end);
  }

  void take(const Token& token) {
    Item item;
    item.kind = kind_of(token.kind);
    item.language = language_;
    item.word = braces::word_of(token);
    item.op = item.kind == ItemKind::kName ? token.op & kOddSpelling : token.op;
    item.begin = token.begin;
    item.end = token.begin + token.length;
    if (goes_on(item)) items_.pop_back();
    items_.push_back(item);
    pairs_.take(static_cast<std::uint32_t>(items_.size() - 1));
  }

  // True if the last item is blank markup and `next` goes on with the statement before it.
  bool goes_on(const Item& next) const {
    if (items_.size() < 2 || items_.back().kind != ItemKind::kMarkup) return false;
    const Item& before = items_[items_.size() - 2];
    bool does = false;
    switch (next.word) {
      case Word::kElse:
      case Word::kElseIf:
      case Word::kCatch:
      case Word::kFinally:
      case Word::kCase:
      case Word::kDefault:
        does = true;
        break;
      default:
        does = next.op == op("{") &&
               (before.op == op(")") || before.word == Word::kElse || before.word == Word::kDo ||
                before.word == Word::kTry || before.word == Word::kFinally);
    }
    if (!does) return false;
    const Item& markup = items_.back();
    return text_.substr(markup.begin, markup.end - markup.begin).find_first_not_of(" \t\r\n") ==
           text_.npos;
  }

  std::string_view text_;
  std::span<const Token> tokens_;
  std::span<const Region> regions_;
  std::vector<Item> items_;
  Pairs pairs_;
  Language language_ = Language::kCSharp;
};

}  // namespace

std::vector<Item> make_items(std::string_view text, std::span<const Token> tokens,
                             std::span<const Region> regions) {
  return Builder(text, tokens, regions).build();
}

}  // namespace pugmark::script::braces
