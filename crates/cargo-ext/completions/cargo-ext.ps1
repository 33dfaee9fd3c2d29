    # `cargo ext` has one word more than `cargo-ext`.
    if ($commandElements[0].Extent.Text -match '(^|[\\/])cargo(\.exe)?$') {
        if ($commandElements.Count -lt 2 -or $commandElements[1].Extent.Text -ne 'ext') {
            return
        }
        $commandElements = @($commandElements | Select-Object -Skip 1)
    }
