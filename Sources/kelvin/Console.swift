// What the command lines share is at hand in every command.
@_exported public import Console
