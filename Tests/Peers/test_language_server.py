"""The language server as an editor sees it: pytest-lsp, whose client is pygls with the types of lsprotocol."""

import asyncio
import os

import pytest
import pytest_lsp
from lsprotocol import types
from pytest_lsp import ClientServerConfig, LanguageClient, client_capabilities

URI = "file:///program.qasm"
PROGRAM = """OPENQASM 3.0;
include "stdgates.inc";
const int n = 2 + 1;
/* \U0001F600 */ gate pair(a) x, y { rx(a) x; cx x, y; }
qubit[n] q;
pair(pi / 2) q[0], q[1];
"""


@pytest_lsp.fixture(
    config=ClientServerConfig(server_command=[os.environ.get("KELVIN", "kelvin"), "language-server"]),
    params=["utf-16", "utf-8"],
)
async def client(request, lsp_client: LanguageClient):
    capabilities = client_capabilities("visual-studio-code")
    capabilities.general = types.GeneralClientCapabilities(position_encodings=[request.param])
    result = await lsp_client.initialize_session(types.InitializeParams(capabilities=capabilities))
    assert result.capabilities.position_encoding == request.param
    lsp_client.kelvin_encoding = request.param
    yield
    await lsp_client.shutdown_session()


def open_document(client, text=PROGRAM):
    client.text_document_did_open(
        types.DidOpenTextDocumentParams(types.TextDocumentItem(uri=URI, language_id="qasm", version=1, text=text))
    )


def change(client, version, *changes):
    client.text_document_did_change(
        types.DidChangeTextDocumentParams(
            text_document=types.VersionedTextDocumentIdentifier(uri=URI, version=version), content_changes=list(changes)
        )
    )


async def diagnostics(client):
    await client.wait_for_notification(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)
    return list(client.diagnostics[URI])


def at(line, character):
    return dict(text_document=types.TextDocumentIdentifier(URI), position=types.Position(line, character))


@pytest.mark.asyncio(loop_scope="module")
async def test_diagnostics_follow_edits(client):
    open_document(client)
    assert await diagnostics(client) == []
    # An index out of range appears, and goes away when the edit is taken back.
    edit = types.TextDocumentContentChangePartial(
        range=types.Range(types.Position(5, 21), types.Position(5, 22)), text="9"
    )
    change(client, 2, edit)
    found = await diagnostics(client)
    assert [d.code for d in found] == ["QASM0401"]
    assert found[0].range == types.Range(types.Position(5, 21), types.Position(5, 22))
    assert found[0].severity == types.DiagnosticSeverity.Error
    change(client, 3, types.TextDocumentContentChangeWholeDocument(text=PROGRAM))
    assert await diagnostics(client) == []


@pytest.mark.asyncio(loop_scope="module")
async def test_requests(client):
    open_document(client)
    await diagnostics(client)
    hover = await client.text_document_hover_async(types.HoverParams(**at(5, 1)))
    assert "gate pair(a) x, y" in hover.contents.value
    # The smiley is two code units or four bytes.
    column = 14 if client.kelvin_encoding == "utf-16" else 16
    definition = await client.text_document_definition_async(types.DefinitionParams(**at(5, 1)))
    assert definition.range.start == types.Position(3, column)
    completion = await client.text_document_completion_async(types.CompletionParams(**at(6, 0)))
    assert {"pair", "cx", "qubit", "q"} <= {item.label for item in completion.items}
    symbols = await client.text_document_document_symbol_async(
        types.DocumentSymbolParams(types.TextDocumentIdentifier(URI))
    )
    assert [symbol.name for symbol in symbols] == ["n", "pair", "q"]
    rename = await client.text_document_rename_async(types.RenameParams(**at(4, 9), new_name="line"))
    assert len(rename.changes[URI]) == 3
    edits = await client.text_document_formatting_async(
        types.DocumentFormattingParams(
            types.TextDocumentIdentifier(URI), types.FormattingOptions(tab_size=4, insert_spaces=True)
        )
    )
    assert "    rx(a) x;\n" in edits[0].new_text


@pytest.mark.asyncio(loop_scope="module")
async def test_answers_while_the_document_changes(client):
    """Requests between many quick edits are answered from the text of their moment; the last text is diagnosed."""
    open_document(client)
    answers = []
    for version in range(2, 102):
        change(client, version, types.TextDocumentContentChangeWholeDocument(text="\n" * version + PROGRAM))
        answers.append(asyncio.ensure_future(client.text_document_hover_async(types.HoverParams(**at(version + 5, 1)))))
        # Lets the request out before the next edit.
        await asyncio.sleep(0)
    hovers = await asyncio.wait_for(asyncio.gather(*answers), timeout=30)
    assert all("gate pair(a) x, y" in hover.contents.value for hover in hovers)
    change(client, 200, types.TextDocumentContentChangeWholeDocument(text="qubit q"))
    while not any(d.code == "QASM0102" for d in client.diagnostics.get(URI, [])):
        await asyncio.wait_for(diagnostics(client), timeout=30)
