// What the simulated models say: built-in Markdown answers, cut into tokens and escaped for JSON once.
#pragma once

#include <QByteArray>
#include <QByteArrayView>

#include <memory>
#include <vector>

namespace tollgate {

// A text as JSON string content (no quotes), with the end of every token in it.
struct TokenText {
    QByteArray escaped;
    std::vector<qsizetype> ends;

    qsizetype size() const { return qsizetype(ends.size()); }
    // Tokens [from, to).
    QByteArrayView slice(qsizetype from, qsizetype to) const
    {
        const qsizetype begin = from > 0 ? ends[size_t(from) - 1] : 0;
        return QByteArrayView(escaped).sliced(begin, to > from ? ends[size_t(to) - 1] - begin : 0);
    }
};

// White space and up to six bytes of a word make a token, about as many as a real model's.
TokenText cutIntoTokens(QByteArrayView utf8);

// The same text with bytes at its start that are no UTF-8, whatever follows.
TokenText withInvalidUtf8(const TokenText &text);

// Answers by number, any number: `choice` picks one of the built-in texts. `tokens` 0 takes a whole text (60 to 220 tokens), else
// exactly so many, from as many texts as needed.
class SimulatorTexts
{
public:
    SimulatorTexts();
    std::shared_ptr<const TokenText> answer(quint64 choice, qsizetype tokens = 0);
    std::shared_ptr<const TokenText> reasoning(quint64 choice);

private:
    struct Made {
        quint64 choice;
        qsizetype tokens;
        std::shared_ptr<const TokenText> text;
    };
    std::vector<std::shared_ptr<const TokenText>> m_answers;
    std::vector<std::shared_ptr<const TokenText>> m_reasoning;
    std::vector<Made> m_made; // lengths asked for lately
};

} // namespace tollgate
