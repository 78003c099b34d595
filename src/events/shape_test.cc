#include "events/shape.h"

#include <gtest/gtest.h>

#include <vector>

namespace pugmark {
namespace {

Shape shape_of(ShapeTable& table, const std::vector<std::string>& names,
               const std::string& channel) {
  Shape shape;
  shape.channel = channel;
  for (const std::string& name : names) {
    FieldId id{};
    EXPECT_TRUE(table.intern_field(name, id)) << name;
    shape.fields.push_back(id);
  }
  return shape;
}

TEST(ShapeTable, GivesEqualShapesOneAddress) {
  const Limits limits;
  ShapeTable table(limits);
  const Shape* const one = table.intern(shape_of(table, {"A", "B"}, "System"));
  ASSERT_NE(one, nullptr);
  EXPECT_EQ(one->names, (std::vector<std::string_view>{"A", "B"}));
  EXPECT_EQ(table.intern(shape_of(table, {"A", "B"}, "System")), one);
  EXPECT_NE(table.intern(shape_of(table, {"B", "A"}, "System")), one);
  EXPECT_NE(table.intern(shape_of(table, {"A", "B"}, "Security")), one);
  EXPECT_EQ(table.shapes_count(), 3U);
  EXPECT_FALSE(one->has_shortened_names);
}

TEST(ShapeTable, RefusesShapesBeyondTheirFieldsInAll) {
  Limits limits;
  limits.shape_fields = 5;
  ShapeTable table(limits);
  EXPECT_NE(table.intern(shape_of(table, {"A", "B", "C"}, "System")), nullptr);
  EXPECT_FALSE(table.refused());
  EXPECT_EQ(table.intern(shape_of(table, {"A", "B", "C"}, "Security")), nullptr);
  EXPECT_TRUE(table.refused());
  EXPECT_NE(table.intern(shape_of(table, {"A", "B", "C"}, "System")), nullptr);  // known
  EXPECT_NE(table.intern(shape_of(table, {"A", "B"}, "Security")), nullptr);
}

TEST(ShapeTable, CountsLongNamesForSeveral) {
  Limits limits;
  limits.field_names = 4;
  ShapeTable table(limits);
  FieldId id{};
  EXPECT_TRUE(table.intern_field(std::string(300, 'a'), id));
  EXPECT_FALSE(table.intern_field(std::string(300, 'b'), id));
  EXPECT_TRUE(table.intern_field("b", id));
  EXPECT_FALSE(table.intern_field("c", id));
  EXPECT_TRUE(table.intern_field(std::string(300, 'a'), id));
}

TEST(ShapeTable, LeavesHalfOfWhatIsLeftToTheNextItems) {
  Limits limits;
  limits.field_names = 100;
  limits.shapes = 10;
  ShapeTable table(limits);
  table.share_among_items();
  const auto names_let_in = [&](char item) {
    table.begin_item();
    int count = 0;
    FieldId id{};
    for (int i = 0; i < 200; ++i) count += table.intern_field(item + std::to_string(i), id) ? 1 : 0;
    return count;
  };
  EXPECT_EQ(names_let_in('a'), 50);
  EXPECT_EQ(names_let_in('b'), 25);
  EXPECT_EQ(names_let_in('a'), 13 + 50) << "what is known already takes no room";
  const auto shapes_let_in = [&] {
    table.begin_item();
    int count = 0;
    for (int i = 0; i < 20; ++i)
      count += table.intern(shape_of(table, {}, std::to_string(i))) != nullptr ? 1 : 0;
    return count;
  };
  EXPECT_EQ(shapes_let_in(), 5);
  EXPECT_EQ(shapes_let_in(), 5 + 3);
}

TEST(ShapeTable, HalvesTheLargestLimit) {
  Limits limits;
  limits.shapes = limits.field_names = limits.shape_fields = UINT64_MAX;
  ShapeTable table(limits);
  table.share_among_items();
  table.begin_item();
  EXPECT_NE(table.intern(shape_of(table, {"A"}, "System")), nullptr);
  EXPECT_FALSE(table.refused());
}

TEST(ShapeTable, ShortensNamesAndSaysSo) {
  const Limits limits;
  const std::string long_name(limits.name_bytes + 1, 'x');
  ShapeTable table(limits);
  const Shape* const field = table.intern(shape_of(table, {long_name}, "System"));
  ASSERT_NE(field, nullptr);
  EXPECT_TRUE(field->has_shortened_names);
  EXPECT_LE(field->names.front().size(), limits.name_bytes);
  const Shape* const channel = table.intern(shape_of(table, {"A"}, long_name));
  ASSERT_NE(channel, nullptr);
  EXPECT_TRUE(channel->has_shortened_names);
  EXPECT_LE(channel->channel.size(), limits.name_bytes);
  EXPECT_EQ(table.intern(shape_of(table, {"A"}, long_name)), channel);
  EXPECT_NE(table.intern(shape_of(table, {"A"}, long_name + "y")), channel);
}

}  // namespace
}  // namespace pugmark
